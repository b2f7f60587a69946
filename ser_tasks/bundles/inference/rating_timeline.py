"""Valence, activation and dominance over time in a long recording: the smoothed ratings of its windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ser_tasks.bundles.inference.estimate import Estimate, with_interval
from ser_tasks.bundles.inference.timeline import Span, cells, smoothed

if TYPE_CHECKING:
    from ser_tasks.bundles.dimensions.card import DimensionCard
    from ser_tasks.bundles.inference.estimate import DimensionPrediction
    from ser_tasks.bundles.inference.streaming import SignalStatistics


@dataclass(frozen=True)
class WindowEstimate:
    """The smoothed ratings of one window.

    Attributes:
        start, end: in s, of the interval that it stands for
        segment: of speech, counted from 1
        dimensions: each with the interval of a single recording
        unsure: the sound of this window, or its words, give reason to doubt
        remarks: on it, and its words
        transcript: the words whose middle lies in the window; None: the bundle reads none
    """

    start: float
    end: float
    segment: int
    dimensions: Mapping[str, Estimate]
    unsure: bool
    remarks: tuple[str, ...]
    transcript: str | None = None


@dataclass(frozen=True)
class RatedSegment:
    """A segment of speech: the mean of each dimension over its time; unsure where most of it is."""

    start: float
    end: float
    means: Mapping[str, float]
    unsure: bool


@dataclass(frozen=True)
class RatingTimeline:
    """One recording, rated on a scale with these ends; `statistics`, `segments` and `stopped` as in `Timeline`."""

    statistics: SignalStatistics
    segments: tuple[Span, ...]
    windows: tuple[WindowEstimate, ...]
    stopped: float | None
    scale: tuple[float, float]

    @property
    def rated_segments(self) -> tuple[RatedSegment, ...]:
        """Those with predictions, in order."""
        return tuple(_mean_of(list(own)) for _, own in groupby(self.windows, key=lambda window: window.segment))


def window_estimates(
    windows: Sequence[Span],
    predictions: Sequence[DimensionPrediction],
    *,
    segment: int,
    card: DimensionCard,
    smoothing: float,
) -> list[WindowEstimate]:
    """Of the windows of one segment, smoothed together: a pause may change the speaker.

    Args:
        windows: in s, in order
        predictions: one for each
        segment: its number
        card: of the bundle
        smoothing: width in s, see `smoothed`
    """
    raw = np.array([[own.value for own in one.dimensions.values()] for one in predictions])
    values = smoothed(raw, np.array(windows).mean(axis=1), width=smoothing)
    found = []
    for (start, end), one, row in zip(cells(windows), predictions, values, strict=True):
        words = None if one.transcript is None else one.transcript.text
        dimensions = with_interval(row, one.half_widths, scale=card.scale)
        found.append(WindowEstimate(start, end, segment, dimensions, one.unsure, one.remarks, words))
    return found


def _mean_of(windows: Sequence[WindowEstimate]) -> RatedSegment:
    lengths = np.array([window.end - window.start for window in windows])
    means = {
        name: float(np.average([window.dimensions[name].value for window in windows], weights=lengths))
        for name in windows[0].dimensions
    }
    unsure = np.average([window.unsure for window in windows], weights=lengths) > 0.5
    return RatedSegment(windows[0].start, windows[-1].end, means, bool(unsure))
