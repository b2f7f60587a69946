"""Features of degraded recordings on disk: shards as those of `features/store.py`, one folder for each condition."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ser_tasks.audio.clip import Clip
from ser_tasks.audio.conditioning import condition as conditioned
from ser_tasks.evaluation.robustness.babble import draw_talkers
from ser_tasks.evaluation.robustness.condition import Condition, chance, degraded
from ser_tasks.features.store import Shard, finite_values, write_rows
from ser_tasks.provenance.code_digest import code_digest

if TYPE_CHECKING:
    from ser_tasks.evaluation.splits import Fold

Talkers = Mapping[str, tuple[Clip, ...]]  # utterance id -> clips of the other speakers around it


@dataclass(frozen=True)
class DegradedShard(Shard):
    """A shard under one condition."""

    condition: Condition
    talkers: tuple[tuple[Clip, ...], ...]  # of each clip; none without babble

    @property
    def file_name(self) -> str:
        """Named by the digest of everything that decides the values."""
        around = [[clip.content for clip in voices] for voices in self.talkers]
        return hashlib.sha256(f"{super().file_name} {json.dumps(around)}".encode()).hexdigest()[:32] + ".parquet"


def degraded_shards(shards: Sequence[Shard], condition: Condition, *, talkers: Talkers) -> list[DegradedShard]:
    """The shards of `plan_shards` under a condition; `talkers` has every clip of them if it needs voices."""
    about = {"condition": condition.facts(), "degraded_by": code_digest(degraded)}
    extra = {name: json.dumps(fact, sort_keys=True) for name, fact in about.items()}
    found = []
    for shard in shards:
        around = tuple(talkers[clip.utterance_id] if condition.needs_voices else () for clip in shard.clips)
        metadata = {**shard.metadata, **extra}
        found.append(DegradedShard(shard.feature_set, shard.settings, metadata, shard.clips, condition, around))
    return found


def draw_voices(
    folds: Sequence[Fold], clips: Mapping[str, Clip], speakers: Mapping[str, str], *, talkers: int, seed: int
) -> dict[str, tuple[Clip, ...]]:
    """Clips of other speakers around each test utterance, from the training part of its fold.

    Args:
        folds: that test each utterance once
        clips: utterance id -> where its sound is
        speakers: utterance id -> speaker
        talkers: voices around each
        seed: of the draw

    Raises:
        UserError: a fold that has nobody else
    """
    found: dict[str, tuple[Clip, ...]] = {}
    for fold in folds:
        by_speaker: dict[str, list[Clip]] = {}
        for name in sorted({*fold.train}):
            by_speaker.setdefault(speakers[name], []).append(clips[name])
        for name in fold.test:
            others = {who: theirs for who, theirs in by_speaker.items() if who != speakers[name]}
            found[name] = draw_talkers(others, talkers=talkers, generator=chance("talkers", name, seed))
    return found


def compute_degraded(shard: DegradedShard, *, corpus_root: Path, folder: Path) -> Path:
    """Read, degrade, condition, extract, and write the shard atomically; an existing one is left as it is.

    Raises:
        AudioError: a recording cannot be used; nothing is written then
        UserError: a degradation that cannot be had, or a value that is not finite
    """
    target = folder / shard.file_name
    if not target.exists():
        around = zip(shard.clips, shard.talkers, strict=True)
        write_rows([_row(shard, clip, voices, corpus_root) for clip, voices in around], shard.metadata, target)
    return target


def _row(shard: DegradedShard, clip: Clip, voices: Sequence[Clip], corpus_root: Path) -> dict[str, object]:
    settings: Mapping[str, Any] = shard.settings
    rate = settings["audio"].sampling_rate
    signal = degraded(
        clip.mono(corpus_root, rate),
        shard.condition,
        sampling_rate=rate,
        utterance_id=clip.utterance_id,
        voices=[voice.mono(corpus_root, rate) for voice in voices],
    )
    signal, speech_found = conditioned(signal, sampling_rate=rate, settings=settings["conditioning"])
    values = finite_values(shard, signal, corpus_root / clip.path)
    return {
        "utterance_id": clip.utterance_id,
        "n_frames": len(values),
        "values": values.ravel(),
        "speech_found": speech_found,
    }
