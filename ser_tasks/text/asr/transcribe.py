"""Transcripts of a corpus from its audio: shards on disk, each its own cache, then one table.

A shard is named by the digest of all that decides its words: the recordings, the engine with its settings, weights
and version, and the code. One that is there is never transcribed again, so a killed run costs only what it had not
finished. Engines read the recordings as they are, without the conditioning and the augmentation of features.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ser_tasks.atomic import atomic_path
from ser_tasks.audio.clip import Clip, clips_of
from ser_tasks.errors import UserError
from ser_tasks.features.store import full_shards, with_sound
from ser_tasks.provenance.code_digest import code_digest
from ser_tasks.text.asr import engine as engine_called
from ser_tasks.text.asr.engine import SAMPLING_RATE, Engine, Transcriber

FORMAT = 2  # of the shards: raise it when rows are laid out otherwise
DECODERS = ("av", "numpy", "soundfile", "soxr")  # another version of one of these may give other samples
ROW = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("transcript", pa.string(), nullable=False),  # "": no words were recognised
        pa.field("seconds", pa.float64(), nullable=False),  # that the engine took, by the clock
        pa.field("engine", pa.string(), nullable=False),
        pa.field("engine_version", pa.string(), nullable=False),
        pa.field("recogniser", pa.string(), nullable=False),  # digest of engine, settings, weights, versions and code
    ]
)

SCHEMA = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("transcript", pa.string()),  # "": no words were recognised; null: there is no sound
        pa.field("speaker", pa.string(), nullable=False),  # this and the next two as in the utterance table
        pa.field("group", pa.string()),
        pa.field("turn", pa.int32()),
        pa.field("engine", pa.string()),  # this and the next two are null where there is no sound
        pa.field("engine_version", pa.string()),
        pa.field("recogniser", pa.string()),  # digest of engine, settings, weights, versions and code
    ]
)


@dataclass(frozen=True)
class Shard:
    """What one Parquet file will hold: enough to compute it in any thread, process or machine."""

    engine: str
    settings: Mapping[str, Any]
    versions: Mapping[str, str]  # the engine's own library first
    inputs: str  # what decides the words besides the clips, as JSON
    clips: tuple[Clip, ...]
    languages: tuple[str | None, ...]  # of each clip, ISO 639-1

    @property
    def recogniser(self) -> str:
        """Digest of what decides the words besides the clips."""
        return hashlib.sha256(self.inputs.encode()).hexdigest()[:32]

    @property
    def file_name(self) -> str:
        """Named by the digest of everything that decides the words; where a recording lies does not."""
        inputs = [self.inputs, [clip.content for clip in self.clips], self.languages]
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:32] + ".parquet"


def plan_transcripts(
    utterances: pd.DataFrame, engine: str, settings: Mapping[str, Any], *, shard_minutes: float
) -> list[Shard]:
    """Shards of the utterances that have sound, in the order of their ids.

    Args:
        utterances: the table of `ser_tasks.corpora.utterances`; those without sound (path is null) are left out
        engine: entry of ENGINES
        settings: what it is loaded with, of values that JSON knows
        shard_minutes: a shard is full when it holds this much audio; a longer utterance is a shard of its own

    Raises:
        UserError: unknown engine, one that is not installed or does not know the corpus' language, or an utterance
            with sound but without digest or duration
    """
    spoken = with_sound(utterances)
    line = engine_called(engine)
    _refuse_foreign(spoken, engine, line)
    versions, inputs = line.versions(), _inputs(engine, line, settings)
    clips = clips_of(spoken)
    languages = [None if pd.isna(language) else str(language) for language in spoken.language]
    return [
        Shard(engine, settings, versions, inputs, tuple(clips[first:last]), tuple(languages[first:last]))
        for first, last in full_shards(spoken.duration.to_numpy(float) / 60, limit=shard_minutes)
    ]


def transcribe_shard(shard: Shard, *, corpus_root: Path, folder: Path) -> Path:
    """Load the engine, transcribe the recordings, and write the shard atomically; an existing one is left as it is.

    Raises:
        AudioError: a recording cannot be used; nothing is written then
        UserError: the engine cannot be loaded, or does not know the language
    """
    target = folder / shard.file_name
    if not target.exists():
        transcriber = engine_called(shard.engine).load(**shard.settings)
        rows = [
            _row(shard, transcriber, clip, language, corpus_root)
            for clip, language in zip(shard.clips, shard.languages, strict=True)
        ]
        with atomic_path(target) as temporary:
            pq.write_table(pa.Table.from_pylist(rows, schema=ROW), temporary, compression="zstd")
    return target


def read_transcribed(folder: Path, shards: Sequence[Shard]) -> pd.DataFrame:
    """The table of all these shards: columns of ROW, sorted by `utterance_id`.

    Raises:
        UserError: a shard is not there yet
    """
    missing = [shard for shard in shards if not (folder / shard.file_name).exists()]
    if missing:
        raise UserError(
            f"{folder}: {len(missing)} of {len(shards)} shards of transcripts are not there, the first begins with "
            f"{missing[0].clips[0].utterance_id!r}. Run the stage again: it goes on where it stopped."
        )
    tables = [pq.read_table(folder / shard.file_name, schema=ROW) for shard in shards]
    table: pd.DataFrame = pa.concat_tables([ROW.empty_table(), *tables]).to_pandas()
    return table.sort_values("utterance_id", ignore_index=True)


def transcribe_corpus(
    utterances: pd.DataFrame,
    engine: str,
    settings: Mapping[str, Any],
    *,
    corpus_root: Path,
    folder: Path,
    shard_minutes: float,
) -> pd.DataFrame:
    """Transcripts of a corpus, one shard after the other; arguments and errors as of the functions above.

    Returns:
        columns of ROW, one row for each utterance with sound
    """
    shards = plan_transcripts(utterances, engine, settings, shard_minutes=shard_minutes)
    for shard in shards:
        transcribe_shard(shard, corpus_root=corpus_root, folder=folder)
    return read_transcribed(folder, shards)


def _row(
    shard: Shard, transcriber: Transcriber, clip: Clip, language: str | None, corpus_root: Path
) -> dict[str, object]:
    signal = clip.mono(corpus_root, SAMPLING_RATE)
    began = time.perf_counter()
    transcript = transcriber.transcribe(signal, sampling_rate=SAMPLING_RATE, language=language).text
    return {
        "utterance_id": clip.utterance_id,
        "transcript": transcript,
        "seconds": time.perf_counter() - began,
        "engine": shard.engine,
        "engine_version": next(iter(shard.versions.values())),
        "recogniser": shard.recogniser,
    }


def _inputs(engine: str, line: Engine, settings: Mapping[str, Any]) -> str:
    facts = {
        "format": FORMAT,
        "engine": engine,
        "settings": dict(settings),
        "weights": line.weights(settings),
        "code_digest": code_digest(line.load, Clip),
        "versions": line.versions() | {name: version(name) for name in DECODERS},
    }
    return json.dumps(facts, sort_keys=True)


def _refuse_foreign(spoken: pd.DataFrame, name: str, line: Engine) -> None:
    if line.languages is None:
        return
    foreign = spoken[spoken.language.notna() & ~spoken.language.isin(line.languages)]
    if len(foreign):
        raise UserError(
            f"{len(foreign)} of {len(spoken)} utterances are in '{foreign.language.iloc[0]}', the first is "
            f"{foreign.utterance_id.iloc[0]!r}, but {name} knows {', '.join(line.languages)}. "
            "Set an engine that knows the language, or leave this corpus out."
        )


def with_recognised_transcripts(utterances: pd.DataFrame, transcribed: pd.DataFrame) -> pd.DataFrame:
    """The turns of a corpus, in the order of its table, with what was recognised in place of the manual transcripts.

    Args:
        utterances: the table of `ser_tasks.corpora.utterances`
        transcribed: the table of `read_transcribed`

    Returns:
        columns of SCHEMA; `transcript` is null for utterances without audio

    Raises:
        UserError: an utterance with sound was not transcribed, or one was that the table does not have
    """
    recognised = transcribed.set_index("utterance_id")
    spoken = utterances.utterance_id[utterances.path.notna()]
    for found, wanted, fault in (
        (recognised.index, spoken, "not transcribed"),
        (spoken, recognised.index, "not in the table"),
    ):
        lacking = sorted(set(wanted) - set(found))
        if lacking:
            raise UserError(
                f"{len(lacking)} utterances are {fault}, the first is {lacking[0]!r}: table and transcripts are not "
                "of the same version of the corpus. Transcribe it again."
            )
    turns = utterances[["utterance_id", "speaker", "group", "turn"]]
    table: pd.DataFrame = turns.join(recognised, on="utterance_id")[SCHEMA.names]
    return table


def write_recognised(table: pd.DataFrame, path: Path) -> None:
    """Write the table of `with_recognised_transcripts` to Parquet, atomically."""
    with atomic_path(path) as temporary:
        pq.write_table(pa.Table.from_pandas(table, schema=SCHEMA, preserve_index=False), temporary)
