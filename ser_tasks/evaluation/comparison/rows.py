"""Evaluations that may be compared: the same test of several models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from ser_tasks.evaluation.result import SHARED_SPEAKERS
from ser_tasks.models import MODELS

if TYPE_CHECKING:
    import pandas as pd

SpeakerOverlap = Literal["apart", "shared", "dependent"]
"""Test speakers: unseen; in the training set, or perhaps, as published folds have it; there on purpose."""

ORDER: tuple[SpeakerOverlap, ...] = ("apart", "shared", "dependent")


@dataclass(frozen=True)
class Row:
    """One evaluation; its predictions, a table for each seed, and costs if they are here."""

    result: Mapping[str, Any]
    seeds: tuple[pd.DataFrame, ...] = ()
    costs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The model, or the ensemble."""
        return str(self.result["model"])

    @property
    def answers(self) -> pd.DataFrame | None:
        """Predictions of the first seed, one line an utterance: of a network as it is used, no mean of them."""
        return self.seeds[0] if self.seeds else None

    @property
    def speaker_overlap(self) -> SpeakerOverlap:
        """Whether test speakers are in the training set under the protocol."""
        return speaker_overlap(self.result)

    @cached_property
    def needs_test_speakers(self) -> bool:
        """Whether it normalises by all of a test speaker's unlabelled audio: another use, not ranked with the rest."""
        return needs_test_speakers(self.result)


def speaker_overlap(result: Mapping[str, Any]) -> SpeakerOverlap:
    """See `SpeakerOverlap`."""
    if result["protocol_kind"] == "speaker_dependent":
        return "dependent"
    unknown = result["speakers"] == 0  # a corpus whose speakers are unknown
    return "shared" if unknown or any(one.startswith(SHARED_SPEAKERS) for one in result["warnings"]) else "apart"


def needs_test_speakers(result: Mapping[str, Any]) -> bool:
    """The same of a model, of any member of an ensemble, or of a recogniser on a corpus normalised by itself."""
    names = [result.get("recogniser", result["model"]), *result.get("members", ())]
    return bool(result.get("corpus_norm")) or any(name in MODELS and MODELS[name].speaker_norm for name in names)


@dataclass(frozen=True)
class Comparison:
    """Rows of one corpus that differ in the model alone: same protocol, classes and utterances."""

    corpus: str
    preset: str
    protocol: str
    protocol_kind: str
    speaker_overlap: SpeakerOverlap
    classes: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def ranked(self) -> tuple[Row, ...]:
        """Those that work for unseen speakers at once, best first."""
        return self._sorted(row for row in self.rows if not row.needs_test_speakers)

    @property
    def adapted(self) -> tuple[Row, ...]:
        """Those that need a test speaker's audio first, best first."""
        return self._sorted(row for row in self.rows if row.needs_test_speakers)

    @staticmethod
    def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(sorted(rows, key=lambda row: (-row.result["uar"], row.name)))


def comparisons(rows: Iterable[Row]) -> list[Comparison]:
    """Rows by what may be compared: by corpus, and there those with speakers apart first, then the larger ones."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(_same_test(row), []).append(row)
    made = []
    for (corpus, preset, protocol, kind, how, classes, _), own in groups.items():
        made.append(Comparison(corpus, preset, protocol, kind, how, classes, tuple(own)))
    made.sort(key=lambda one: (one.corpus, ORDER.index(one.speaker_overlap), one.protocol != "speaker_independent"))
    return made


def _same_test(row: Row) -> tuple[Any, ...]:
    """What must be equal: the folds, and how many utterances each tests, stand for the utterances themselves."""
    result = row.result
    head = tuple(result[key] for key in ("corpus", "preset", "protocol", "protocol_kind"))
    tested = frozenset((fold["fold"], fold["test_utterances"]) for fold in result["folds"])
    return (*head, row.speaker_overlap, tuple(result["classes"]), tested)
