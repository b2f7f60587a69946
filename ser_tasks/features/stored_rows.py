"""Features of one row for each utterance, left on the disk: for models that look at a few thousand rows at a time."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.features.feature_table import CACHE, common_dimensions, features_digest
from ser_tasks.features.memory_mapped import map_frames

Rows = NDArray[np.float32]

AT_ONCE = 2048  # rows: of 2102 functionals 17 MB in single precision


@dataclass(frozen=True)
class StoredRows:
    """A matrix of shape (len, n_dims) that is not in memory.

    Attributes:
        file: of float32, row after row
        places: the row of the file that each of these rows is
        n_dims: columns
    """

    file: Path
    places: NDArray[np.int64]
    n_dims: int

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.places)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), self.n_dims

    def __getitem__(self, rows: Sequence[int] | NDArray[np.intp] | slice) -> StoredRows:
        """These rows, in their order; nothing is read."""
        return StoredRows(self.file, self.places[rows], self.n_dims)

    def blocks(self, size: int = AT_ONCE) -> Iterator[Rows]:
        """All rows in order, some at a time, each of shape (at most `size`, n_dims)."""
        with self.file.open("rb") as file:
            for first in range(0, len(self), size):
                yield self._read(file.fileno(), self.places[first : first + size])

    def some(self, most: int) -> NDArray[np.intp]:
        """Places of all rows, or of so many, evenly spread over them."""
        return np.linspace(0, len(self) - 1, min(most, len(self))).round().astype(np.intp)

    def in_memory(self) -> Rows:
        """Shape (len, n_dims)."""
        return np.concatenate([*self.blocks()])

    def _read(self, descriptor: int, places: NDArray[np.int64]) -> Rows:
        """Read, not mapped: what was looked at is not kept in the memory of the process."""
        block = np.empty((len(places), self.n_dims), np.float32)
        for row, place in zip(block, places.tolist(), strict=True):
            if os.preadv(descriptor, [row.data], place * row.nbytes) != row.nbytes:
                raise UserError(
                    f"{self.file}: it ends before row {place}. Delete the folder it is in; it is made again from the "
                    "features."
                )
        return block


def rows_on_disk(folder: Path, utterance_ids: Sequence[str]) -> StoredRows | None:
    """Features of these utterances, in this order; None, with a warning, where they cannot be unpacked.

    Raises:
        UserError: see `stored_rows`
    """
    try:
        return stored_rows(folder, utterance_ids)
    except OSError as error:
        warnings.warn(
            f"{folder}: these features cannot be unpacked to be read from the disk ({error}), so they are held in "
            "memory, if they fit.",
            stacklevel=2,
        )
        return None


def stored_rows(folder: Path, utterance_ids: Sequence[str], *, cache: Path = CACHE) -> StoredRows:
    """Features of these utterances, in this order, unpacked below `cache` first, where `read_features` does it too.

    Raises:
        UserError: no shards, shards of different settings, utterances without features, or with more rows than one
        OSError: no room, or no right to write below `cache`
    """
    paths = sorted(folder.glob("*.parquet"))
    n_dims = len(common_dimensions(folder, paths))
    where = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    unpacked = cache / "-".join([*folder.parts[-2:], where]) / features_digest(folder)
    map_frames(paths, unpacked, n_dims=n_dims)
    index = pq.read_table(unpacked / "index.parquet")
    ids, n_frames = index["utterance_id"].to_pylist(), index["n_frames"].to_numpy()
    place_of = dict(zip(ids, zip(index["first"].to_pylist(), n_frames.tolist(), strict=True), strict=True))
    missing = [name for name in utterance_ids if name not in place_of]
    several = [name for name in utterance_ids if name in place_of and place_of[name][1] != 1]
    if missing or several:
        fault = f"no features for {len(missing)} of {len(utterance_ids)} utterances, first {missing[:3]}"
        fault = fault if missing else f"{len(several)} utterances have more rows than one, first {several[:3]}"
        raise UserError(f"{folder}: {fault}. Run the stage features of this corpus again.")
    return StoredRows(
        unpacked / "values.f32", np.array([place_of[name][0] for name in utterance_ids], np.int64), n_dims
    )
