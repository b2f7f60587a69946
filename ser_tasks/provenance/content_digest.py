"""Digests of what tables hold, whatever library wrote the file and however it laid it out."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

PINNED = re.compile(r"^([A-Za-z0-9._-]+)\s*==\s*([^\s;\\]+)", re.MULTILINE)


def value_digest(value: Any) -> str:
    """Sha256 of plain values: dictionaries whatever the order of their keys, numbers to the last bit."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def table_digest(table: pa.Table | pd.DataFrame) -> str:
    """Digest of all values, row by row; an empty column does not count, so that a new one changes nothing."""
    columns = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
    filled = [name for name in columns.column_names if columns[name].null_count < len(columns)]
    return value_digest(columns.select(filled).to_pydict())


def parquet_digest(path: Path) -> str:
    """Digest of all values of a Parquet file."""
    return table_digest(pq.read_table(path))


def utterances_digest(path: Path) -> str:
    """Digest of a table of utterances, but for where each file lies: `sha256` names the audio itself.

    So `emodb` and `emodb/wav` may both be linked as the corpus. `none` if the file is absent.
    """
    if not path.exists():
        return "none"
    table = pq.read_table(path)
    return table_digest(table.select([name for name in table.column_names if name != "path"]))


def features_content(folder: Path) -> str:
    """Digest of all values of a feature store, whatever its shards: utterance by utterance.

    Memory is bounded by one batch of rows.
    """
    found: dict[str, str] = {}
    for path in folder.glob("*.parquet"):
        for batch in pq.ParquetFile(path).iter_batches(columns=["utterance_id", "n_frames", "values"], batch_size=256):
            values = batch.column("values")
            ends = np.cumsum(values.value_lengths().to_numpy())
            parts = np.split(values.flatten().to_numpy(), ends[:-1])
            rows = zip(
                batch.column("utterance_id").to_pylist(), batch.column("n_frames").to_pylist(), parts, strict=True
            )
            for name, n_frames, own in rows:
                found[name] = hashlib.sha256(f"{n_frames} ".encode() + own.tobytes()).hexdigest()
    return value_digest(found)


def lock_digest(path: Path) -> str:
    """Digest of the pinned versions of a lock file, without order, comments, checksums; `none` if absent."""
    if not path.exists():
        return "none"
    return value_digest(sorted(PINNED.findall(path.read_text(encoding="utf-8"))))


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested sections as dotted keys: {"svm": {"c": [1]}} -> {"svm.c": [1]}; lists stay whole."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return found
