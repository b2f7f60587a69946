"""What a long recording sounds like over time: moments with posteriors, and the stretches that are decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ser_tasks.bundles.inference.smoothing import smoothed, steady_path
from ser_tasks.bundles.inference.windows import Span, cells

if TYPE_CHECKING:
    from ser_tasks.bundles.inference.answer import Answer
    from ser_tasks.bundles.inference.survey import Survey


@dataclass(frozen=True)
class Moment:
    """What one window says, smoothed.

    Attributes:
        start, end: in s, of the stretch that it speaks for
        segment: of speech, counted from 1
        emotion: of the decided stretch that it is part of
        probabilities: class -> smoothed posterior, they sum to 1
        unsure: the smoothed posterior of `emotion` is too low, or the sound gives reason to doubt
        remarks: on the sound of this window
    """

    start: float
    end: float
    segment: int
    emotion: str
    probabilities: Mapping[str, float]
    unsure: bool
    remarks: tuple[str, ...]

    @property
    def confidence(self) -> float:
        """Smoothed posterior of the emotion that was decided on."""
        return self.probabilities[self.emotion]


@dataclass(frozen=True)
class Stretch:
    """From `start` to `end` (s) one emotion; its confidence is the mean over its moments."""

    start: float
    end: float
    emotion: str
    confidence: float
    unsure: bool


@dataclass(frozen=True)
class Timeline:
    """One recording.

    Attributes:
        survey: its length and outline
        segments: those that were answered, in s
        moments: of all segments, in order
        stopped: s up to which it was heard, where somebody stopped it; None: to its end
    """

    survey: Survey
    segments: tuple[Span, ...]
    moments: tuple[Moment, ...]
    stopped: float | None

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """Neighbouring moments of one segment and one emotion as one; unsure where most of its time is."""
        runs = groupby(self.moments, key=lambda moment: (moment.segment, moment.emotion))
        return tuple(_stretch(list(run)) for _, run in runs)


def segment_moments(
    windows: Sequence[Span],
    answers: Sequence[Answer],
    *,
    segment: int,
    unsure_below: float,
    smoothing: float,
    change_cost: float,
) -> list[Moment]:
    """The answers to the windows of one segment, smoothed and decided on together: a pause may change the speaker.

    Args:
        windows: in s, in order
        answers: one for each
        segment: its number
        unsure_below: confidence that makes an answer unsure
        smoothing: width in s, see `smoothed`
        change_cost: in nats, see `steady_path`
    """
    classes = tuple(answers[0].probabilities)
    raw = np.array([[answer.probabilities[name] for name in classes] for answer in answers])
    posteriors = smoothed(raw, np.array(windows).mean(axis=1), width=smoothing)
    decided = steady_path(posteriors, change_cost=change_cost)
    moments = []
    for (start, end), answer, row, column in zip(cells(windows), answers, posteriors, decided, strict=True):
        doubtful = answer.unsure and answer.confidence >= unsure_below  # not for want of confidence: of the sound
        probabilities = dict(zip(classes, row.tolist(), strict=True))
        unsure = doubtful or bool(row[column] < unsure_below)
        moments.append(Moment(start, end, segment, classes[column], probabilities, unsure, answer.remarks))
    return moments


def _stretch(moments: Sequence[Moment]) -> Stretch:
    lengths = np.array([moment.end - moment.start for moment in moments])
    confidence = np.average([moment.confidence for moment in moments], weights=lengths)
    unsure = np.average([moment.unsure for moment in moments], weights=lengths) > 0.5
    return Stretch(moments[0].start, moments[-1].end, moments[0].emotion, float(confidence), bool(unsure))
