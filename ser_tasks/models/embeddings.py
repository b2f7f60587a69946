"""Embeddings of utterances as a table, for use outside this project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path

if TYPE_CHECKING:
    from ser_tasks.evaluation.splits import Fold

ROW = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("fold", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("values", pa.list_(pa.float32()), nullable=False),
    ]
)


def embeddings_table(
    folds: Sequence[Fold], utterance_ids: Sequence[str], embeddings: Sequence[NDArray[np.float32]]
) -> pd.DataFrame:
    """Embedding of every utterance by the network of each fold, with the part of that fold it is in.

    Only rows of part `test` show what the network makes of unseen speakers; never compare rows of
    different folds, whose units mean different things.

    Args:
        folds: of one evaluation
        utterance_ids: of all utterances
        embeddings: one array of shape (n_utterances, n_units) for each fold, in the order of the ids

    Returns:
        columns utterance_id, fold, part (train, validation or test) and values (a list of n_units), in the order of
        the folds
    """
    row_of = {name: row for row, name in enumerate(utterance_ids)}
    rows = [
        (name, fold.name, part, values[row_of[name]])
        for fold, values in zip(folds, embeddings, strict=True)
        for part, names in (("train", fold.train), ("validation", fold.validation), ("test", fold.test))
        for name in names
    ]
    return pd.DataFrame(rows, columns=ROW.names)


def write_embeddings(table: pd.DataFrame, path: Path) -> None:
    """The table as Parquet, whole or not at all."""
    with atomic_path(path) as temporary:
        pq.write_table(pa.Table.from_pandas(table, schema=ROW, preserve_index=False), temporary, compression="zstd")
