"""Invariance tests of a bundle: predictions for each recording, and under every change that must not matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ser_tasks.audio.decode import read_recording
from ser_tasks.bundles.inference.prediction import Prediction, recognise_all
from ser_tasks.errors import UserError
from ser_tasks.evaluation.robustness.invariances import INVARIANCES

if TYPE_CHECKING:
    from ser_tasks.audio.recording import Recording
    from ser_tasks.bundles.bundle import Bundle
    from ser_tasks.params import ToleranceParams


@dataclass(frozen=True)
class Shift:
    """Difference of two predictions."""

    before: str
    after: str
    confidence: float  # by which the probability of the label before has moved, either way

    @property
    def changed(self) -> bool:
        """Whether the label is another."""
        return self.before != self.after


@dataclass(frozen=True)
class InvarianceResult:
    """Of one recording: the shift under each change by name, or why there is none."""

    path: Path
    shifts: Mapping[str, Shift]
    fault: str | None = None


@dataclass(frozen=True)
class InvarianceStatus:
    """On one invariance, over all recordings."""

    name: str
    recordings: int
    changed: int  # labels
    largest: float  # shift of confidence
    worst: Path  # recording that has it
    holds: bool

    @property
    def title(self) -> str:
        """The change."""
        return INVARIANCES[self.name].title


def check_invariances(bundle: Bundle, paths: Sequence[Path]) -> list[InvarianceResult]:
    """The shifts on each file, one after the other; for a file without predictions, why."""
    found = []
    for path in paths:
        try:
            found.append(InvarianceResult(path, shifts(bundle, read_recording(path))))
        except UserError as error:
            found.append(InvarianceResult(path, {}, str(error) if str(path) in str(error) else f"{path}: {error}"))
    return found


def shifts(bundle: Bundle, recording: Recording) -> dict[str, Shift]:
    """Shift of the prediction for a recording under each invariance, by name.

    Raises:
        AudioError: sound that cannot be predicted
    """
    changed = [invariance.change(recording) for invariance in INVARIANCES.values()]
    before, *after = recognise_all(bundle, [recording, *changed])
    return {name: _shift(before, answer) for name, answer in zip(INVARIANCES, after, strict=True)}


def _shift(before: Prediction, after: Prediction) -> Shift:
    label = before.emotion
    return Shift(label, after.emotion, abs(after.probabilities[label] - before.probabilities[label]))


def statuses(found: Sequence[InvarianceResult], tolerance: ToleranceParams) -> list[InvarianceStatus]:
    """One for each invariance.

    Args:
        found: at least one of them without fault
        tolerance: largest share of labels that may change, and by how much any probability may move
    """
    return [_status(name, [one for one in found if one.fault is None], tolerance) for name in INVARIANCES]


def _status(name: str, found: Sequence[InvarianceResult], tolerance: ToleranceParams) -> InvarianceStatus:
    worst = max(found, key=lambda one: one.shifts[name].confidence)
    largest = worst.shifts[name].confidence
    changed = sum(one.shifts[name].changed for one in found)
    holds = changed <= tolerance.labels_changed * len(found) and largest <= tolerance.confidence
    return InvarianceStatus(name, len(found), changed, largest, worst.path, holds)
