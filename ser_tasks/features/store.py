"""Features on disk: Parquet shards, each its own cache, named by the digest of all that went into it.

A folder, such as data/features/<corpus>/<feature set>/, holds one shard for every few minutes of audio. A
shard that is there is never computed again, so a killed run costs only the shards it had not finished; a
changed recording, setting, function below the extraction, or version of a numeric library names other shards.
Memory is bounded by one shard, whatever the size of the corpus. Augmented copies of an utterance "a" stand
beside it as "a~1", "a~2" ...: made once, so that training on them costs no more than reading them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.audio.clip import Clip, clips_of
from ser_tasks.audio.conditioning import condition
from ser_tasks.augmentation.signal import augmented_copy
from ser_tasks.errors import UserError
from ser_tasks.features.augmentation_copies import COPY_MARK
from ser_tasks.features.feature_set import sections_of, with_engine
from ser_tasks.features.table import feature_set
from ser_tasks.provenance.code_digest import code_digest

if TYPE_CHECKING:
    from ser_tasks.features.feature_set import Settings
    from ser_tasks.params import Section

FORMAT = 2  # of the shards: raise it when rows are laid out otherwise
# Hardly any two values are equal: a dictionary of them all, and a number for each, is half as large again as they are.
# Bytes of the same rank beside each other, exponents with exponents, are what zstd makes smaller.
ENCODING: Mapping[str, Any] = {
    "compression": "zstd",
    "use_dictionary": ["utterance_id"],
    "column_encoding": {"values.list.element": "BYTE_STREAM_SPLIT"},
}
# Another version of one of these may give other values.
NUMERIC_LIBRARIES = ("av", "numpy", "scipy", "soundfile", "soxr", "webrtcvad-wheels")
ROW = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("n_frames", pa.int32(), nullable=False),
        pa.field("values", pa.list_(pa.float32()), nullable=False),  # row-major (n_frames, n_dims)
        pa.field("speech_found", pa.bool_()),  # false: trimming found none and kept the whole clip; null: no trimming
    ]
)


@dataclass(frozen=True)
class Shard:
    """Contents of one Parquet file: enough to compute it in any thread, process or machine."""

    feature_set: str
    settings: Mapping[str, Section]
    metadata: Mapping[str, str]
    clips: tuple[Clip, ...]

    @property
    def file_name(self) -> str:
        """Named by the digest of everything that decides the values; where a recording lies does not."""
        inputs = [dict(self.metadata), [clip.content for clip in self.clips]]
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:32] + ".parquet"


def plan_shards(
    utterances: pd.DataFrame, feature_set_name: str, params: Settings, *, shard_minutes: float
) -> list[Shard]:
    """Deal the utterances that have sound into shards, in the order of their ids.

    Args:
        utterances: the table of `ser_tasks.corpora.utterances`; text-only ones (path is null) get no row in the store
        feature_set_name: entry of FEATURE_SETS
        params: sections of params.yaml, at least those the set reads
        shard_minutes: a shard is full when it holds this much audio, copies counted; a longer utterance is a shard
            of its own

    Raises:
        UserError: unknown set, a section missing, an id like that of a copy, or an utterance with sound but without
            digest or duration
    """
    spoken = with_sound(utterances)
    settings, metadata = deciding_settings(feature_set_name, params), describe(feature_set_name, params)
    minutes = spoken.duration.to_numpy(float) / 60 * (1 + n_copies(settings))
    clips = clips_of(spoken)
    return [
        Shard(feature_set_name, settings, metadata, tuple(clips[first:last]))
        for first, last in full_shards(minutes, limit=shard_minutes)
    ]


def with_sound(utterances: pd.DataFrame) -> pd.DataFrame:
    """The utterances that have a recording, sorted by id.

    Raises:
        UserError: one of them lacks its digest or duration, or has an id like that of a copy
    """
    spoken = utterances[utterances.path.notna()].sort_values("utterance_id", ignore_index=True)
    marked = spoken.utterance_id[spoken.utterance_id.str.contains(COPY_MARK, regex=False)]
    if len(marked):
        raise UserError(
            f"{len(marked)} utterance ids contain {COPY_MARK!r}, the first is {marked.iloc[0]!r}: that marks augmented "
            "copies. Rename the files, or the ids in the corpus' labels."
        )
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


def deciding_settings(feature_set_name: str, params: Settings) -> dict[str, Section]:
    """The sections that decide the values: those that the set reads, of the signal before it, and of copies if any."""
    copying = ("signal_augmentation",) if n_copies(params) else ()
    names = (*feature_set(feature_set_name).sections, "conditioning", *copying)
    return sections_of(params, names, reader=f"the store of '{feature_set_name}'")


def n_copies(settings: Mapping[str, Any]) -> int:
    """Augmented copies of each utterance."""
    return int(settings["signal_augmentation"].copies) if "signal_augmentation" in settings else 0


def describe(feature_set_name: str, params: Settings) -> dict[str, str]:
    """Metadata of a shard: what the values mean and what made them, each value as JSON."""
    features = with_engine(feature_set(feature_set_name), params)
    sections = deciding_settings(feature_set_name, params)
    settings = {name: section.model_dump(mode="json") for name, section in sections.items()}
    framing = features.framing(**features.settings(params)) if features.framing else None
    copying = (augmented_copy,) if n_copies(sections) else ()
    facts = {
        "format": FORMAT,
        "feature_set": feature_set_name,
        "dimensions": features.names(params),
        "window": framing and framing.window,
        "hop": framing and framing.hop,
        "sampling_rate": settings["audio"]["sampling_rate"],
        "settings": settings,
        "code_digest": code_digest(*features.all_code, Clip, condition, *copying),
        "versions": {name: version(name) for name in NUMERIC_LIBRARIES},
        **({} if features.facts is None else {"facts": features.facts()}),
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
        write_rows([row for clip in shard.clips for row in rows_of(shard, clip, corpus_root)], shard.metadata, target)
    return target


def write_rows(rows: list[dict[str, object]], metadata: Mapping[str, str], target: Path) -> None:
    """A shard, whole or not at all."""
    table = pa.Table.from_pylist(rows, schema=ROW).replace_schema_metadata(dict(metadata))
    with atomic_path(target) as temporary:
        pq.write_table(table, temporary, **ENCODING)


def rows_of(shard: Shard, clip: Clip, corpus_root: Path) -> list[dict[str, object]]:
    """The row of one utterance, and those of its copies."""
    path = corpus_root / clip.path
    sounds, speech_found = sounds_of(clip, corpus_root, shard.settings)
    rows = []
    for name, signal in sounds.items():
        values = finite_values(shard, signal, path)
        rows.append(
            {
                "utterance_id": name,
                "n_frames": len(values),
                "values": values.ravel(),
                "speech_found": speech_found,
            }
        )
    return rows


def sounds_of(
    clip: Clip, corpus_root: Path, settings: Mapping[str, Any]
) -> tuple[dict[str, NDArray[np.float32]], bool | None]:
    """The conditioned signal of an utterance and of its copies, by id, and whether trimming found speech in it."""
    rate = settings["audio"].sampling_rate
    signal = clip.mono(corpus_root, rate)
    signal, speech_found = condition(signal, sampling_rate=rate, settings=settings["conditioning"])
    sounds = {clip.utterance_id: signal}
    for number in range(1, 1 + n_copies(settings)):
        sounds[f"{clip.utterance_id}{COPY_MARK}{number}"] = augmented_copy(
            signal,
            sampling_rate=rate,
            settings=settings["signal_augmentation"],
            utterance_id=clip.utterance_id,
            number=number,
        )
    return sounds, speech_found


def finite_values(shard: Shard, signal: NDArray[np.float32], path: Path) -> NDArray[np.float32]:
    """Features of one signal, (n_samples,) -> (n_frames, n_dims), or an error that names the file it is from."""
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
    return values


def clips_without_speech(folder: Path) -> list[str]:
    """Ids of the utterances that trimming left whole because it found no speech in them, sorted."""
    silent = [
        pq.read_table(path, columns=["utterance_id"], filters=~pc.field("speech_found"))
        for path in folder.glob("*.parquet")
    ]
    ids = [name for table in silent for name in table["utterance_id"].to_pylist()]
    return sorted(name for name in ids if COPY_MARK not in name)


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
