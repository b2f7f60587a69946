"""Rows of several files, left on the disk, as one matrix: of corpora, or of test sets under several conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.stored_rows import AT_ONCE, Rows, StoredRows

Scale = tuple[NDArray[np.float64], NDArray[np.float64]]  # mean and standard deviation, shape (n_dims,) each


@dataclass(frozen=True)
class JoinedRows(StoredRows):
    """A matrix of which each row is one of a part's.

    Attributes:
        file: of the first part
        places: of each row in all parts behind one another
        n_dims: columns, of every part
        parts: each of one file, or joined themselves
        scales: mean and standard deviation that each part is normalised with; none: as they are
    """

    parts: tuple[StoredRows, ...]
    scales: tuple[Scale, ...]

    def __getitem__(self, rows: Sequence[int] | NDArray[np.intp] | slice) -> JoinedRows:
        """These rows, in their order; nothing is read."""
        return JoinedRows(self.file, self.places[rows], self.n_dims, self.parts, self.scales)

    def blocks(self, size: int = AT_ONCE) -> Iterator[Rows]:
        """All rows in order, some at a time, each of shape (at most `size`, n_dims)."""
        starts = np.cumsum([0, *(len(part) for part in self.parts)])
        for first in range(0, len(self), size):
            places = self.places[first : first + size]
            owner = np.searchsorted(starts, places, side="right") - 1
            block = np.empty((len(places), self.n_dims), np.float32)
            for number in np.unique(owner):
                mine = owner == number
                rows = self.parts[number][places[mine] - starts[number]].in_memory()
                block[mine] = normalised(rows, self.scales[number]) if self.scales else rows
            yield block


def joined_rows(parts: Sequence[StoredRows], scales: Sequence[Scale] = ()) -> JoinedRows:
    """All rows of all parts, in their order; where scales are given, each part is normalised with its own."""
    places = np.arange(sum(map(len, parts)), dtype=np.int64)
    return JoinedRows(parts[0].file, places, parts[0].n_dims, tuple(parts), tuple(scales))


def scale_of(rows: StoredRows) -> Scale:
    """Mean and standard deviation of each column, read twice, as `speaker_norm` has them: 1 where it is constant."""
    mean = sum(block.sum(axis=0, dtype=np.float64) for block in rows.blocks()) / len(rows)
    variance = sum(((block - mean) ** 2).sum(axis=0) for block in rows.blocks()) / len(rows)
    spread = np.sqrt(variance)
    return np.asarray(mean), np.where(spread > 1e-12, spread, 1.0)


def normalised(rows: Rows, scale: Scale) -> Rows:
    """Each column less its mean, in standard deviations."""
    mean, spread = scale
    return ((rows - mean) / spread).astype(np.float32)
