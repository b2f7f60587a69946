"""Features as models read them: arrays of frames, taken from the Parquet shards of `features/store.py`.

Not below `features/`: a machine that only trains needs numpy, pandas and pyarrow for this, and nothing that extracts.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.features.augmentation_copies import COPY_MARK
from ser_tasks.features.memory_mapped import map_frames

Values = NDArray[np.float32]

CACHE = Path(".ser/unpacked")  # in the working directory, as .prefect is; may be deleted at any time
SMALL = 64 * 2**20  # bytes of shards that are decoded in less than half a second: not worth a second file


@dataclass(frozen=True)
class FeatureTable:
    """Features as read: one array of shape (n_frames, n_dims) per utterance, read-only, in the order of the ids."""

    utterance_ids: tuple[str, ...]
    dimensions: tuple[str, ...]
    frames: tuple[Values, ...]

    def __len__(self) -> int:
        """Number of utterances."""
        return len(self.utterance_ids)

    def __getitem__(self, utterance_id: str) -> Values:
        """Frames of one utterance, shape (n_frames, n_dims)."""
        return self.frames[self.utterance_ids.index(utterance_id)]

    def matrix(self) -> Values:
        """Shape (n_utterances, n_dims), where every utterance is one row.

        Raises:
            UserError: some utterance has several frames
        """
        if any(len(frames) != 1 for frames in self.frames):
            raise UserError(
                "these features hold many frames per utterance, but one row each is needed. "
                "Take the feature set 'functionals', or a model that reads sequences."
            )
        return np.concatenate(self.frames) if self.frames else np.empty((0, len(self.dimensions)), np.float32)


def read_features(
    folder: Path, utterance_ids: Sequence[str] | None = None, *, cache: Path = CACHE, small: int = SMALL
) -> FeatureTable:
    """Features of these utterances, in this order; of all but the augmented copies, sorted by id, if None.

    Shards of more than `small` bytes are unpacked once into a file below `cache`, and mapped: frames come from the
    disk when they are looked at, so a corpus may be larger than memory, and processes share what they have read.
    Where that file cannot be written, a warning says so, and everything asked for is read into memory.

    Raises:
        UserError: no shards, shards of different settings side by side, or utterances without features
    """
    paths = sorted(folder.glob("*.parquet"))
    dimensions = common_dimensions(folder, paths)
    found = _mapped(folder, paths, dimensions, cache) if sum(path.stat().st_size for path in paths) > small else None
    if found is None:
        found = _decoded(paths, utterance_ids, n_dims=len(dimensions))
    ids = sorted(name for name in found if COPY_MARK not in name) if utterance_ids is None else list(utterance_ids)
    missing = [name for name in ids if name not in found]
    if missing:
        raise UserError(
            f"{folder}: no features for {len(missing)} of {len(ids)} utterances, first {missing[:3]}. "
            "Run the stage features of this corpus again; utterances without a recording never have any."
        )
    return FeatureTable(tuple(ids), dimensions, tuple(found[name] for name in ids))


def common_dimensions(folder: Path, paths: list[Path]) -> tuple[str, ...]:
    """Names of the dimensions of all shards.

    Raises:
        UserError: no shards, or shards that were not made alike
    """
    if not paths:
        raise UserError(f"{folder}: there are no features here. Run the stage features of this corpus first.")
    described = {tuple(sorted((pq.read_schema(path).metadata or {}).items())) for path in paths}
    if len(described) > 1:
        raise UserError(
            f"{folder}: its {len(paths)} shards come from {len(described)} different settings or versions of "
            "the code. Run the stage features of this corpus again, to the end."
        )
    return tuple(json.loads(dict(described.pop())[b"dimensions"]))


def features_digest(folder: Path) -> str:
    """One digest of everything that decided the values of a folder, from the names of its shards."""
    return hashlib.sha256(" ".join(sorted(path.name for path in folder.glob("*.parquet"))).encode()).hexdigest()


def _mapped(folder: Path, paths: list[Path], dimensions: tuple[str, ...], cache: Path) -> dict[str, Values] | None:
    """Frames of every utterance as views of one mapped file; None, and a warning, where it cannot be made."""
    where = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    own = cache / "-".join([*folder.parts[-2:], where])
    try:
        return map_frames(paths, own / features_digest(folder), n_dims=len(dimensions))
    except OSError as error:
        warnings.warn(
            f"{folder}: these features could not be unpacked below {cache} ({error}), so every process reads them "
            "into its own memory, if they fit. Make room there, or make it writable.",
            stacklevel=3,
        )
        return None


def _decoded(paths: list[Path], utterance_ids: Sequence[str] | None, *, n_dims: int) -> dict[str, Values]:
    """Frames of the requested utterances, in memory."""
    wanted = None if utterance_ids is None else pc.field("utterance_id").isin(list(utterance_ids))
    found: dict[str, Values] = {}
    for path in paths:
        found |= _frames_of(pq.read_table(path, filters=wanted), n_dims=n_dims)
    return found


def _frames_of(table: pa.Table, *, n_dims: int) -> dict[str, Values]:
    """Every row's values as (n_frames, n_dims), without a copy."""
    flat = table["values"].combine_chunks().flatten().to_numpy().reshape(-1, n_dims)
    ends = np.cumsum(table["n_frames"].to_numpy())
    spans = zip(table["utterance_id"].to_pylist(), ends - table["n_frames"].to_numpy(), ends, strict=True)
    return {utterance_id: flat[first:last] for utterance_id, first, last in spans}
