"""A recording as a picture that one can point at: SVG over one axis of time, and its values at every moment as JSON."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image

from ser_tasks.bundles.inference.rating_timeline import WindowEstimate
from ser_tasks.bundles.inference.timeline import clock
from ser_tasks.features.log_mel import log_mel_spectrogram
from ser_tasks.plots.recording import COLUMNS, F_MAX, QUIETEST, SEEN, VIEW

if TYPE_CHECKING:
    from ser_tasks.bundles.explain.recording import Attention
    from ser_tasks.bundles.inference.estimate import Estimate
    from ser_tasks.bundles.inference.timeline import WindowPrediction
    from ser_tasks.text.asr.engine import Word

READ = 200  # places at which a level can be read
FLOOR = -80.0  # dB, of a level: less is shown as this
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)  # s between two marks of the axis
MARKS = 8  # at most
SHADES = 20  # of a probability
WORD_WIDTH = 1.3  # rem that a word has at least, in each of two rows
MOMENT_WIDTH = 0.12  # rem

Range = NDArray[np.float32]
"""Lowest and highest sample of each of some parts of equal length, shape (n_parts, 2)."""

NO_RANGE: Range = np.zeros((1, 2), np.float32)  # one part: the page shows no level


@dataclass(frozen=True)
class Lane:
    """One class over time.

    Attributes:
        label: the class
        shades: opacity, and an SVG path over the windows with about this probability; x in s, y from 0 to 1
        sure, unsure: path along the windows where this class was decided on
    """

    label: str
    shades: tuple[tuple[float, str], ...]
    sure: str
    unsure: str


@dataclass(frozen=True)
class Curve:
    """One dimension over time; x in s, y from 0, the highest rating of the scale, to 1.

    Attributes:
        label: the dimension
        interval: SVG path around the interval about the curve, closed for each segment of speech
        sure, unsure: path along the windows
    """

    label: str
    interval: str
    sure: str
    unsure: str


def drawing(
    duration: float,
    *,
    described: str,
    moments: Sequence[WindowPrediction] = (),
    rated: Sequence[WindowEstimate] = (),
    scale: tuple[float, float] = (0.0, 1.0),
    found: Range | None = None,
    log_mel: str | None = None,
    words: Sequence[Word] = (),
    attention: Attention | None = None,
) -> dict[str, Any]:
    """What the template reads of a picture.

    Args:
        duration: in s
        described: what it shows, for those who do not see it
        moments: over time
        rated: ratings over time, and the scale that they are on
        found: of the signal; None: no waveform
        log_mel: a data URI; None: no spectrogram
        words: below the waveform
        attention: over the spectrogram
    """
    return {
        "duration": duration,
        "described": described,
        "outline": None if found is None else outline(found),
        "words": placed(words, duration),
        "log_mel": log_mel,
        "attention": None if attention is None else attention_line(attention),
        "least_width": least_width(words, [*moments, *rated]),
        "marks": marks(duration),
        "lanes": lanes(moments),
        "curves": curves(rated, scale),
        "values": values(
            duration, NO_RANGE if found is None else found, words=words, moments=[*moments, *rated], attention=attention
        ),
    }


def ranges(signal: NDArray[np.float32], *, columns: int = COLUMNS) -> Range:
    """The range of a signal, shape (n_samples,), in at most so many parts of equal length."""
    parts = np.array_split(signal, min(columns, len(signal)))
    return np.array([(part.min(), part.max()) for part in parts], np.float32)


def coarser(found: Range, *, columns: int = COLUMNS) -> Range:
    """The same range in at most so many parts."""
    parts = np.array_split(found, min(columns, len(found)))
    return np.array([(part[:, 0].min(), part[:, 1].max()) for part in parts], np.float32)


def outline(found: Range) -> dict[str, Any]:
    """An SVG polygon: x counts the parts, y is upside down in units of the reach, the sample that lies at the edge.

    Returns:
        points, and width, the largest x
    """
    reach = 1.05 * max(QUIETEST, float(np.abs(found).max(initial=0.0)))
    low, high = (-found / reach).T
    above = [f"{x:g},{y:.3f}" for x, y in enumerate(high)]
    below = [f"{x:g},{y:.3f}" for x, y in reversed(list(enumerate(low)))]
    return {"points": " ".join([*above, *below]), "width": max(1, len(found) - 1)}


def levels(found: Range) -> list[int]:
    """Peak level of at most READ parts, in dB re full scale, FLOOR at least."""
    peaks = np.abs(coarser(found, columns=READ)).max(axis=1)
    return [round(level) for level in np.maximum(FLOOR, 20 * np.log10(np.maximum(peaks, 1e-9))).tolist()]


def log_mel_image(signal: NDArray[np.float32], sampling_rate: int) -> str:
    """The log-mel spectrogram as a data URI, low bands below; at most COLUMNS wide."""
    settings: dict[str, Any] = {**VIEW, "f_max": min(F_MAX, sampling_rate / 2)}
    bands = log_mel_spectrogram(signal, sampling_rate=sampling_rate, **settings)
    parts = np.array_split(bands, min(COLUMNS, len(bands)))
    shown = np.array([part.mean(axis=0) for part in parts]).T[::-1]
    span = float(np.ptp(shown)) or 1.0
    colours = colormaps[SEEN]((shown - shown.min()) / span, bytes=True)[:, :, :3]
    stream = BytesIO()
    Image.fromarray(np.ascontiguousarray(colours)).save(stream, format="webp", quality=80)
    return f"data:image/webp;base64,{base64.b64encode(stream.getvalue()).decode()}"


def attention_line(attention: Attention) -> str:
    """Points of an SVG line: x in s, y from 1 (no weight) up to 0 (the highest)."""
    shares = 1 - attention.weights / attention.weights.max()
    return " ".join(f"{time:.3f},{share:.3f}" for time, share in zip(attention.times, shares, strict=True))


def lanes(moments: Sequence[WindowPrediction]) -> list[Lane]:
    """A lane for each class, in the order of the bundle."""
    return [_lane(label, moments) for label in (moments[0].probabilities if moments else ())]


def _lane(label: str, moments: Sequence[WindowPrediction]) -> Lane:
    spans: dict[int, list[str]] = {}
    for moment in moments:
        shade = round(SHADES * moment.probabilities[label])
        if shade:
            spans.setdefault(shade, []).append(f"M{moment.start:.6g} 0H{moment.end:.6g}V1H{moment.start:.6g}z")
    shades = tuple((shade / SHADES, "".join(paths)) for shade, paths in sorted(spans.items()))
    decided = [moment for moment in moments if moment.emotion == label]
    return Lane(label, shades, _along(m for m in decided if not m.unsure), _along(m for m in decided if m.unsure))


def _along(moments: Iterable[WindowPrediction]) -> str:
    return "".join(f"M{moment.start:.6g} 1H{moment.end:.6g}" for moment in moments)


def curves(rated: Sequence[WindowEstimate], scale: tuple[float, float]) -> list[Curve]:
    """A curve for each dimension in the order of the bundle, level in each window, broken between segments."""
    return [_curve(label, rated, scale) for label in (rated[0].dimensions if rated else ())]


def _curve(label: str, rated: Sequence[WindowEstimate], scale: tuple[float, float]) -> Curve:
    lowest, highest = scale

    def y(value: float) -> str:
        return f"{1 - (value - lowest) / (highest - lowest):.3f}"

    interval = []
    for _, own in groupby(rated, key=lambda window: window.segment):
        windows = list(own)
        above = "".join(f"V{y(w.dimensions[label].high)}H{w.end:.6g}" for w in windows)
        below = "".join(f"V{y(w.dimensions[label].low)}H{w.start:.6g}" for w in reversed(windows))
        interval.append(f"M{windows[0].start:.6g} {y(windows[0].dimensions[label].low)}{above}{below}z")
    levels = [(f"M{w.start:.6g} {y(w.dimensions[label].value)}H{w.end:.6g}", w.unsure) for w in rated]
    sure, unsure = ("".join(path for path, doubtful in levels if doubtful is wanted) for wanted in (False, True))
    return Curve(label, "".join(interval), sure, unsure)


def marks(duration: float) -> list[tuple[float, str]]:
    """Places on the axis of time, in %, and what stands there: at most MARKS."""
    step = next((step for step in STEPS if duration / step <= MARKS), STEPS[-1])
    return [(100 * step * k / duration, _time(step * k, step)) for k in range(math.floor(duration / step) + 1)]


def _time(seconds: float, step: float) -> str:
    if step >= 1 and seconds >= 60:
        return clock(seconds).removesuffix(".0")
    return f"{seconds:g} s"


def placed(words: Sequence[Word], duration: float) -> list[dict[str, Any]]:
    """Words at their times, in two rows by turns: left and width in %, so that each may be as wide as two."""
    return [
        {
            "text": word.text,
            "row": place % 2,
            "left": 100 * word.start / duration,
            "width": 100 * (_room(words, place, duration) - word.start) / duration,
            "confidence": word.confidence,
        }
        for place, word in enumerate(words)
    ]


def _room(words: Sequence[Word], place: int, duration: float) -> float:
    """Up to where a word may be written: the next one of its row."""
    return words[place + 2].start if place + 2 < len(words) else duration


def least_width(words: Sequence[Word], moments: Sequence[object]) -> float:
    """Width in rem below which the picture scrolls."""
    return max(WORD_WIDTH * len(words), MOMENT_WIDTH * len(moments))


def values(
    duration: float,
    found: Range,
    *,
    words: Sequence[Word],
    moments: Sequence[WindowPrediction | WindowEstimate],
    attention: Attention | None,
) -> str:
    """What the pointer reads, as JSON: times in s, levels in dB re full scale, probabilities and weights in %.

    A moment is (start, end, what is shown of it); its words only where `words` do not have them at their times.
    """
    return json.dumps(
        {
            "duration": round(duration, 3),
            "levels": levels(found),
            "words": [[round(w.start, 2), round(w.end, 2), w.text, round(100 * w.confidence)] for w in words],
            "moments": [[round(m.start, 2), round(m.end, 2), _in_words(m, with_words=not words)] for m in moments],
            "attention": [] if attention is None else list(_weights(attention)),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _in_words(moment: WindowPrediction | WindowEstimate, *, with_words: bool) -> str:
    unsure = " (unsure)" * moment.unsure
    spoken = f" · “{moment.transcript}”" if with_words and moment.transcript else ""
    if isinstance(moment, WindowEstimate):
        return ", ".join(f"{name} {in_words(one)}" for name, one in moment.dimensions.items()) + unsure + spoken
    likeliest = sorted(moment.probabilities.items(), key=lambda item: -item[1])[:3]
    shares = ", ".join(f"{label} {100 * share:.0f} %" for label, share in likeliest)
    return f"{moment.emotion}{unsure}: {shares}{spoken}"


def in_words(one: Estimate) -> str:
    """3.4 (2.6 to 4.2)."""
    return f"{one.value:.1f} ({one.low:.1f} to {one.high:.1f})"


def _weights(attention: Attention) -> Iterator[list[float]]:
    """(time, weight in % of the highest)."""
    for time, weight in zip(attention.times, attention.weights / attention.weights.max(), strict=True):
        yield [round(float(time), 2), round(100 * float(weight))]
