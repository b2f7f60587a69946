"""Shards of features unpacked into one flat file of float32, which is mapped rather than read.

The folder holds values.f32, row-major (all frames, n_dims), and index.parquet: utterance_id, first (its first row) and
n_frames. It appears whole, under a lock, and takes the place of whatever else lay beside it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path

Values = NDArray[np.float32]

UTTERANCES_AT_ONCE = 16  # bounds the memory while unpacking


def map_frames(shards: list[Path], folder: Path, *, n_dims: int) -> dict[str, Values]:
    """Frames of every utterance, shape (n_frames, n_dims), as read-only views of the mapped file.

    Args:
        shards: Parquet files of `features/store.py`
        folder: named by the digest of the shards, in a folder of its own: its neighbours are deleted as outdated
        n_dims: columns of a frame

    Raises:
        OSError: no room, or no right to write there
    """
    if not _is_whole(folder, n_dims):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _lock(folder.parent / "lock"):
            if not _is_whole(folder, n_dims):  # another process may have made it in the meantime
                unpack(shards, folder, n_dims=n_dims)
    index = pq.read_table(folder / "index.parquet")
    first, n_frames = index["first"].to_numpy(), index["n_frames"].to_numpy()
    values = np.asarray(np.memmap(folder / "values.f32", np.float32, mode="r").reshape(-1, n_dims))
    spans = zip(index["utterance_id"].to_pylist(), first, first + n_frames, strict=True)
    return {utterance_id: values[start:end] for utterance_id, start, end in spans}


def unpack(shards: list[Path], folder: Path, *, n_dims: int) -> None:
    """Write the folder whole or not at all, then delete its neighbours; some utterances are in memory at a time.

    Raises:
        OSError: no room, or no right to write there
    """
    with atomic_path(folder) as scratch:
        scratch.mkdir()
        rows: list[pa.RecordBatch] = []
        with (scratch / "values.f32").open("wb") as file:
            for batch in _batches(shards):
                file.write(batch["values"].flatten().to_numpy())
                rows.append(batch.select(["utterance_id", "n_frames"]))
            file.flush()
            os.fsync(file.fileno())  # after a power cut the file would else be there, full of zeros
        index = pa.Table.from_batches(rows)
        ends = np.cumsum(index["n_frames"].to_numpy().astype(np.int64))
        index = index.append_column("first", pa.array(ends - index["n_frames"].to_numpy()))
        pq.write_table(index, scratch / "index.parquet")
    for neighbour in folder.parent.iterdir():
        if neighbour.is_dir() and neighbour != folder:
            shutil.rmtree(neighbour, ignore_errors=True)


def _batches(shards: list[Path]) -> Iterator[pa.RecordBatch]:
    for shard in shards:
        with pq.ParquetFile(shard) as file:
            yield from file.iter_batches(UTTERANCES_AT_ONCE, columns=["utterance_id", "n_frames", "values"])


def _is_whole(folder: Path, n_dims: int) -> bool:
    """Whether all rows of the index are in the file of values."""
    if not (folder / "index.parquet").exists() or not (folder / "values.f32").exists():
        return False
    n_frames = pq.read_table(folder / "index.parquet", columns=["n_frames"])["n_frames"].to_numpy()
    return (folder / "values.f32").stat().st_size == int(n_frames.sum()) * n_dims * np.dtype(np.float32).itemsize


def _lock(path: Path) -> AbstractContextManager[object]:
    """One process at a time. Without filelock several may unpack at once, each whole: wasteful, not wrong."""
    try:
        from filelock import FileLock  # noqa: PLC0415  a machine that only trains may lack it
    except ImportError:
        return nullcontext()
    return FileLock(path)
