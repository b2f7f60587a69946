"""Emotion over time in a long recording: windows, their smoothed posteriors, and segments of one emotion."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ser_tasks.bundles.inference.prediction import Prediction
    from ser_tasks.bundles.inference.streaming import SignalStatistics

Samples = NDArray[np.float32]
Span = tuple[float, float]  # (start, end) in s

TINY = 1e-6  # s, less than a sample

Array = NDArray[np.float64]

LEAST = 1e-9  # a probability of zero would forbid a class for ever


def windows_in(segment: Span, *, window: float, hop: float) -> list[Span]:
    """Windows of one length inside a segment, from its start on, and one that ends where it ends.

    Args:
        segment: with speech; one that is no longer than the window is a window itself
        window, hop: in s
    """
    start, end = segment
    if end - start <= window + TINY:
        return [segment]
    count = math.floor((end - start - window) / hop + TINY) + 1
    starts = [start + index * hop for index in range(count)]
    if starts[-1] + window < end - TINY:
        starts.append(end - window)
    return [(first, first + window) for first in starts]


def cells(windows: Sequence[Span]) -> list[Span]:
    """The interval that each window stands for: up to half way between its centre and the next one's, without gaps.

    Args:
        windows: of one segment, in order; the first cell begins and the last one ends with the segment
    """
    centres = [(start + end) / 2 for start, end in windows]
    borders = [(left + right) / 2 for left, right in pairwise(centres)]
    edges = [windows[0][0], *borders, windows[-1][1]]
    return list(pairwise(edges))


def cut(blocks: Iterable[Samples], spans: Iterable[Span], *, sampling_rate: int) -> Iterator[Samples]:
    """The sound of each span, from a recording that is never held as a whole.

    Args:
        blocks: mono, one after the other, from the beginning of the recording on
        spans: in the order of their starts; they may overlap
        sampling_rate: in Hz

    Yields:
        shape (n_samples,), one array for each span; shorter where the recording ends before it
    """
    pieces, held, offset = iter(blocks), np.empty(0, np.float32), 0  # held begins at sample `offset`
    for start, end in spans:
        first, last = round(start * sampling_rate), round(end * sampling_rate)
        while offset + len(held) < last and (piece := next(pieces, None)) is not None:
            passed = min(max(0, first - offset), len(held))
            held, offset = np.concatenate([held[passed:], piece]), offset + passed
        yield held[max(0, first - offset) : last - offset].copy()


def smoothed(posteriors: Array, centres: Array, *, width: float) -> Array:
    """Each row as the mean of its neighbours in time, weighted by a Gaussian of their distance.

    Args:
        posteriors: shape (n_windows, n_classes), rows sum to 1
        centres: of the windows, in s, shape (n_windows,); need not be evenly spaced
        width: standard deviation of the Gaussian, in s; 0 leaves everything as it is

    Returns:
        shape (n_windows, n_classes), rows sum to 1

    Source: Nadaraya (1964), doi:10.1137/1109020
    """
    if width == 0:
        return posteriors
    weights = np.exp(-0.5 * ((centres[:, None] - centres[None]) / width) ** 2)
    return np.asarray(weights @ posteriors / weights.sum(axis=1, keepdims=True))


def steady_path(posteriors: Array, *, change_cost: float) -> NDArray[np.intp]:
    """The row of classes with the largest sum of log posteriors, less `change_cost` for every change of class.

    Args:
        posteriors: shape (n_windows, n_classes)
        change_cost: in nats; 0 takes the likeliest class of each window, infinity one class for all

    Returns:
        column of the class of each window, shape (n_windows,)

    Source: Viterbi (1967), doi:10.1109/TIT.1967.1054010, with the same penalty for all changes
    """
    log = np.log(np.maximum(posteriors, LEAST))
    best, came_from = log[0], np.zeros(log.shape, np.intp)
    for now in range(1, len(log)):
        other = int(best.argmax())
        change = best[other] - change_cost > best
        came_from[now] = np.where(change, other, np.arange(log.shape[1]))
        best = np.where(change, best[other] - change_cost, best) + log[now]
    path = np.empty(len(log), np.intp)
    path[-1] = best.argmax()
    for now in range(len(log) - 1, 0, -1):
        path[now - 1] = came_from[now, path[now]]
    return path


@dataclass(frozen=True)
class WindowPrediction:
    """The smoothed posteriors of one window.

    Attributes:
        start, end: in s, of the interval that it stands for
        segment: of speech, counted from 1
        emotion: of the emotion segment that it is part of
        probabilities: class -> smoothed posterior, they sum to 1
        unsure: the smoothed posterior of `emotion` is too low, or the sound gives reason to doubt
        remarks: on the sound of this window, and its words
        transcript: the words whose middle lies in the window; None: the bundle reads none
    """

    start: float
    end: float
    segment: int
    emotion: str
    probabilities: Mapping[str, float]
    unsure: bool
    remarks: tuple[str, ...]
    transcript: str | None = None

    @property
    def confidence(self) -> float:
        """Smoothed posterior of the emotion that was decided on."""
        return self.probabilities[self.emotion]


@dataclass(frozen=True)
class EmotionSegment:
    """From `start` to `end` (s) one emotion; its confidence is the mean over its windows."""

    start: float
    end: float
    emotion: str
    confidence: float
    unsure: bool


@dataclass(frozen=True)
class Timeline:
    """One recording.

    Attributes:
        statistics: its length and outline
        segments: those with predictions, in s
        windows: predictions of all segments, in order
        stopped: s up to which there are predictions, where it was interrupted; None: to its end
    """

    statistics: SignalStatistics
    segments: tuple[Span, ...]
    windows: tuple[WindowPrediction, ...]
    stopped: float | None

    @property
    def emotion_segments(self) -> tuple[EmotionSegment, ...]:
        """Neighbouring windows of one segment and one emotion as one; unsure where most of its time is."""
        runs = groupby(self.windows, key=lambda window: (window.segment, window.emotion))
        return tuple(_merged(list(run)) for _, run in runs)


def window_predictions(
    windows: Sequence[Span],
    predictions: Sequence[Prediction],
    *,
    segment: int,
    unsure_below: float,
    smoothing: float,
    change_cost: float,
) -> list[WindowPrediction]:
    """Predictions of the windows of one segment, smoothed and decided on together: a pause may change the speaker.

    Args:
        windows: in s, in order
        predictions: one for each
        segment: its number
        unsure_below: confidence below which a prediction is unsure
        smoothing: width in s, see `smoothed`
        change_cost: in nats, see `steady_path`
    """
    classes = tuple(predictions[0].probabilities)
    raw = np.array([[one.probabilities[name] for name in classes] for one in predictions])
    posteriors = smoothed(raw, np.array(windows).mean(axis=1), width=smoothing)
    decided = steady_path(posteriors, change_cost=change_cost)
    found = []
    for (start, end), one, row, column in zip(cells(windows), predictions, posteriors, decided, strict=True):
        doubtful = one.unsure and one.confidence >= unsure_below  # not for want of confidence: of the sound
        probabilities = dict(zip(classes, row.tolist(), strict=True))
        unsure = doubtful or bool(row[column] < unsure_below)
        words = None if one.transcript is None else one.transcript.text
        found.append(WindowPrediction(start, end, segment, classes[column], probabilities, unsure, one.remarks, words))
    return found


def _merged(windows: Sequence[WindowPrediction]) -> EmotionSegment:
    lengths = np.array([window.end - window.start for window in windows])
    confidence = np.average([window.confidence for window in windows], weights=lengths)
    unsure = np.average([window.unsure for window in windows], weights=lengths) > 0.5
    return EmotionSegment(windows[0].start, windows[-1].end, windows[0].emotion, float(confidence), bool(unsure))


def rttm_lines(segments: Iterable[EmotionSegment], *, name: str) -> list[str]:
    """Rich Transcription Time Marked: one SPEAKER line each, with the emotion in the place of the speaker's name.

    Args:
        segments: in order
        name: of the recording; white space, which parts the fields, becomes an underscore

    Source: NIST (2009), "The 2009 (RT-09) Rich Transcription Meeting Recognition Evaluation Plan", appendix A
    """
    recording = _one_word(name)
    return [
        f"SPEAKER {recording} 1 {segment.start:.3f} {segment.end - segment.start:.3f} <NA> <NA> "
        f"{_one_word(segment.emotion)} {segment.confidence:.3f} <NA>"
        for segment in segments
    ]


def audacity_lines(segments: Iterable[EmotionSegment]) -> list[str]:
    """Start, end and label, parted by tabs: a label track for File > Import > Labels; ? marks an unsure one."""
    return [
        f"{segment.start:.6f}\t{segment.end:.6f}\t{segment.emotion}{'?' * segment.unsure} {segment.confidence:.0%}"
        for segment in segments
    ]


def _one_word(text: str) -> str:
    return re.sub(r"\s+", "_", text)


def clock(seconds: float) -> str:
    """75.25 -> 1:15.2."""
    minutes, rest = divmod(round(seconds, 1), 60)  # first, or 59.97 were 0:60.0
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
