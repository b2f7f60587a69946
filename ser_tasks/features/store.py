"""Features on disk: Parquet shards, each its own cache, named by the digest of all that went into it.

A folder, such as data/features/<corpus>/<feature set>/, holds one shard for every few minutes of audio. A
shard that is there is never computed again, so a killed run costs only the shards it had not finished; a
changed recording, setting, function below the extraction, or version of a numeric library names other shards.
Memory is bounded by one shard, whatever the size of the corpus.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.audio.decode import read_mono
from ser_tasks.code_digest import code_digest
from ser_tasks.errors import UserError
from ser_tasks.features import feature_set

if TYPE_CHECKING:
    from ser_tasks.features.feature_set import Settings
    from ser_tasks.params import Section

Values = NDArray[np.float32]

FORMAT = 1  # of the shards: raise it when rows are laid out otherwise
NUMERIC_LIBRARIES = ("numpy", "scipy", "soundfile", "soxr")  # another version may give other values
ROW = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("n_frames", pa.int32(), nullable=False),
        pa.field("values", pa.list_(pa.float32()), nullable=False),  # row-major (n_frames, n_dims)
    ]
)


@dataclass(frozen=True)
class Clip:
    """Where the sound of one utterance is, and its digest; start and end in s, None: the file's own."""

    utterance_id: str
    path: str
    start: float | None
    end: float | None
    sha256: str


@dataclass(frozen=True)
class Shard:
    """What one Parquet file will hold: enough to compute it in any thread, process or machine."""

    feature_set: str
    settings: Mapping[str, Section]
    metadata: Mapping[str, str]
    clips: tuple[Clip, ...]

    @property
    def file_name(self) -> str:
        """Named by the digest of everything that decides the values."""
        inputs = [dict(self.metadata), [[*vars(clip).values()] for clip in self.clips]]
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:32] + ".parquet"


@dataclass(frozen=True)
class FeatureTable:
    """Features as read: one array of shape (n_frames, n_dims) per utterance, in the order of the ids."""

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


def plan_shards(
    utterances: pd.DataFrame, feature_set_name: str, params: Settings, *, shard_minutes: float
) -> list[Shard]:
    """Deal the utterances that have sound into shards, in the order of their ids.

    Args:
        utterances: the table of `ser_tasks.utterances`; text-only ones (path is null) get no row in the store
        feature_set_name: entry of FEATURE_SETS
        params: sections of params.yaml, at least those the set reads
        shard_minutes: a shard is full when it holds this much audio; a longer utterance is a shard of its own

    Raises:
        UserError: unknown set, a section missing, or an utterance with sound but without digest or duration
    """
    spoken = with_sound(utterances)
    minutes = spoken.duration.to_numpy(float) / 60
    features = feature_set(feature_set_name)
    settings, metadata = features.settings(params), describe(feature_set_name, params)
    clips = [
        Clip(name, path, None if pd.isna(start) else start, None if pd.isna(end) else end, sha256)
        for name, path, start, end, sha256 in spoken[list(Clip.__annotations__)].itertuples(index=False)
    ]
    return [
        Shard(feature_set_name, settings, metadata, tuple(clips[first:last]))
        for first, last in full_shards(minutes, limit=shard_minutes)
    ]


def with_sound(utterances: pd.DataFrame) -> pd.DataFrame:
    """The utterances that have a recording, sorted by id.

    Raises:
        UserError: one of them lacks its digest or duration
    """
    spoken = utterances[utterances.path.notna()].sort_values("utterance_id", ignore_index=True)
    holes = spoken[spoken.sha256.isna() | spoken.duration.isna()]
    if len(holes):
        raise UserError(
            f"{len(holes)} utterances have a recording but no sha256 or duration, the first is "
            f"{holes.utterance_id.iloc[0]!r}. Write the table of utterances again (stage utterances)."
        )
    return spoken


def full_shards(minutes: NDArray[np.float64], *, limit: float) -> list[tuple[int, int]]:
    """Bounds [first, last) of consecutive utterances of at most `limit` together, or of one longer one."""
    bounds: list[tuple[int, int]] = []
    first, total = 0, 0.0
    for index, length in enumerate(minutes):
        if index > first and total + length > limit:
            bounds.append((first, index))
            first, total = index, 0.0
        total += length
    return [*bounds, (first, len(minutes))] if len(minutes) else []


def describe(feature_set_name: str, params: Settings) -> dict[str, str]:
    """Metadata of a shard: what the values mean and what made them, each value as JSON."""
    features = feature_set(feature_set_name)
    settings = {name: section.model_dump(mode="json") for name, section in features.settings(params).items()}
    framing = settings[features.framing] if features.framing else {}
    facts = {
        "format": FORMAT,
        "feature_set": feature_set_name,
        "dimensions": features.names(params),
        "window": framing.get("window"),
        "hop": framing.get("hop"),
        "sampling_rate": settings["audio"]["sampling_rate"],
        "settings": settings,
        "code_digest": code_digest(features.extract, read_mono),
        "versions": {name: version(name) for name in NUMERIC_LIBRARIES},
    }
    return {name: json.dumps(fact, sort_keys=True) for name, fact in facts.items()}


def compute_shard(shard: Shard, *, corpus_root: Path, folder: Path) -> Path:
    """Read the recordings, extract, and write the shard atomically; an existing one is left as it is.

    Raises:
        AudioError: a recording cannot be used; nothing is written then
        UserError: a value is not finite
    """
    target = folder / shard.file_name
    if not target.exists():
        table = pa.Table.from_pylist([row(shard, clip, corpus_root) for clip in shard.clips], schema=ROW)
        with atomic_path(target) as temporary:
            pq.write_table(table.replace_schema_metadata(dict(shard.metadata)), temporary, compression="zstd")
    return target


def row(shard: Shard, clip: Clip, corpus_root: Path) -> dict[str, object]:
    """One row of a shard."""
    path = corpus_root / clip.path
    sampling_rate = json.loads(shard.metadata["sampling_rate"])
    signal = read_mono(path, sampling_rate=sampling_rate, start=clip.start, end=clip.end)
    try:
        values = feature_set(shard.feature_set)(signal, shard.settings)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    if not np.isfinite(values).all():
        count = np.count_nonzero(~np.isfinite(values))
        raise UserError(
            f"{path}: {count} values of '{shard.feature_set}' are not finite. "
            "Listen to the recording; if it is intact, the feature set is at fault: report it."
        )
    return {"utterance_id": clip.utterance_id, "n_frames": len(values), "values": values.ravel()}


def prune(folder: Path, shards: Iterable[Shard]) -> None:
    """Delete what is not one of these shards: those of older inputs, and what killed runs left half-written.

    Only for when no shard of the folder is being written.
    """
    wanted = {shard.file_name for shard in shards}
    for path in folder.glob("*.parquet"):
        if path.name not in wanted:
            path.unlink()
    for scratch in folder.glob(".*.parquet.*"):
        shutil.rmtree(scratch)


def read_features(folder: Path, utterance_ids: Sequence[str] | None = None) -> FeatureTable:
    """Features of these utterances, in this order; of all, sorted by id, if None.

    Raises:
        UserError: no shards, shards of different settings side by side, or utterances without features
    """
    paths = sorted(folder.glob("*.parquet"))
    dimensions = common_dimensions(folder, paths)
    found: dict[str, Values] = {}
    wanted = None if utterance_ids is None else pc.field("utterance_id").isin(list(utterance_ids))
    for path in paths:
        found |= frames_of(pq.read_table(path, filters=wanted), n_dims=len(dimensions))
    ids = sorted(found) if utterance_ids is None else list(utterance_ids)
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


def frames_of(table: pa.Table, *, n_dims: int) -> dict[str, Values]:
    """Every row's values as (n_frames, n_dims), without a copy."""
    flat = table["values"].combine_chunks().flatten().to_numpy().reshape(-1, n_dims)
    ends = np.cumsum(table["n_frames"].to_numpy())
    spans = zip(table["utterance_id"].to_pylist(), ends - table["n_frames"].to_numpy(), ends, strict=True)
    return {utterance_id: flat[first:last] for utterance_id, first, last in spans}


def features_digest(folder: Path) -> str:
    """One digest of everything that decided the values of a folder: its shards' names say it."""
    return hashlib.sha256(" ".join(sorted(path.name for path in folder.glob("*.parquet"))).encode()).hexdigest()
