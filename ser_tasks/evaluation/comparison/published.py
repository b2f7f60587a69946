"""Figures that others published, and whether they are comparable with ours."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from ser_tasks.evaluation.comparison.rows import Comparison

TABLE = Path(__file__).with_name("published.yaml")

SPEAKERS = {
    "apart": "are in no training part",
    "shared": "are in training, some or all",
    "dependent": "are in training",
    "unknown": "may be in training",
}


class Published(BaseModel):
    """One line of published.yaml; figures in %."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    corpus: str
    system: str
    uar: float | None = None
    wa: float | None = None
    f1: float | None = None  # macro
    weighted_f1: float | None = None
    preset: str | None
    protocol_kinds: tuple[str, ...]
    speakers: Literal["apart", "shared", "dependent", "unknown"]
    protocol: str
    source: str

    def differs_from(self, comparison: Comparison) -> list[str]:
        """Why its figures must not be held against those of this comparison; empty: they may."""
        reasons = []
        if self.preset != comparison.preset:
            reasons.append("other classes, other utterances")
        if comparison.protocol_kind not in self.protocol_kinds:
            reasons.append("other folds")
        if self.speakers != comparison.speaker_overlap:
            reasons.append(f"its test speakers {SPEAKERS[self.speakers]}")
        return reasons


@cache
def published() -> tuple[Published, ...]:
    """All lines of the table, in its order."""
    return tuple(Published.model_validate(line) for line in yaml.safe_load(TABLE.read_text(encoding="utf-8")))


def published_on(corpus: str) -> list[Published]:
    """Those of one corpus."""
    return [line for line in published() if line.corpus == corpus]
