"""Does a bundle answer the same to what is the same? Each recording asked about as it is, and under every change."""

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
    """How far an answer moved."""

    before: str
    after: str
    confidence: float  # by which the probability of the answer before has moved, either way

    @property
    def changed(self) -> bool:
        """Whether the label is another."""
        return self.before != self.after


@dataclass(frozen=True)
class Behaviour:
    """Of one recording: the shift under each change by name, or why there is none."""

    path: Path
    shifts: Mapping[str, Shift]
    fault: str | None = None


@dataclass(frozen=True)
class Verdict:
    """On one invariance, over all recordings."""

    name: str
    recordings: int
    changed: int  # labels
    largest: float  # shift of confidence
    worst: Path  # recording that has it
    holds: bool

    @property
    def title(self) -> str:
        """What was done."""
        return INVARIANCES[self.name].title


def behave(bundle: Bundle, paths: Sequence[Path]) -> list[Behaviour]:
    """The behaviour on each file, one after the other; a file that cannot be answered to says why."""
    found = []
    for path in paths:
        try:
            found.append(Behaviour(path, shifts(bundle, read_recording(path))))
        except UserError as error:
            found.append(Behaviour(path, {}, str(error) if str(path) in str(error) else f"{path}: {error}"))
    return found


def shifts(bundle: Bundle, recording: Recording) -> dict[str, Shift]:
    """How far the answer to a recording moves under each invariance, by name.

    Raises:
        AudioError: sound that no answer can be had to
    """
    changed = [invariance.change(recording) for invariance in INVARIANCES.values()]
    before, *after = recognise_all(bundle, [recording, *changed])
    return {name: _shift(before, answer) for name, answer in zip(INVARIANCES, after, strict=True)}


def _shift(before: Prediction, after: Prediction) -> Shift:
    label = before.emotion
    return Shift(label, after.emotion, abs(after.probabilities[label] - before.probabilities[label]))


def verdicts(found: Sequence[Behaviour], tolerance: ToleranceParams) -> list[Verdict]:
    """One for each invariance.

    Args:
        found: at least one of them without fault
        tolerance: largest share of labels that may change, and by how much any probability of an answer may move
    """
    return [_verdict(name, [one for one in found if one.fault is None], tolerance) for name in INVARIANCES]


def _verdict(name: str, found: Sequence[Behaviour], tolerance: ToleranceParams) -> Verdict:
    worst = max(found, key=lambda one: one.shifts[name].confidence)
    largest = worst.shifts[name].confidence
    changed = sum(one.shifts[name].changed for one in found)
    holds = changed <= tolerance.labels_changed * len(found) and largest <= tolerance.confidence
    return Verdict(name, len(found), changed, largest, worst.path, holds)
