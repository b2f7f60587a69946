"""What one bundle makes of one recording: its answer, where its network looked, and its answers over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.explain.recording import Attention, attention_over
from ser_tasks.bundles.inference.prediction import Prediction, model_signal, recognise, recognise_all
from ser_tasks.bundles.inference.timeline import WindowPrediction, window_predictions, windows_in

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import Bundle
    from ser_tasks.bundles.card import Card
    from ser_tasks.params import TimelineParams


@dataclass(frozen=True)
class Opinion:
    """Everything that is shown of one bundle."""

    card: Card
    answer: Prediction
    signal: NDArray[np.float32]  # mono, at card.sampling_rate
    attention: Attention | None  # None: a model without, or one that hears a trimmed clip, whose time is another
    moments: tuple[WindowPrediction, ...]  # none for what is no longer than a window


def opinion_of(bundle: Bundle, recording: Recording, *, timeline: TimelineParams) -> Opinion:
    """Ask a bundle about a recording as a whole, and about windows that slide over it.

    Raises:
        AudioError: sound that no answer can be had to
    """
    answer = recognise(bundle, recording)
    signal = model_signal(recording, bundle.card.sampling_rate)
    moments = moments_of(bundle, recording, timeline=timeline)
    conditioning: Any = bundle.sections["conditioning"]
    attention = attention_over(bundle, signal) if conditioning.trim is None else None
    return Opinion(bundle.card, answer, signal, attention, moments)


def moments_of(bundle: Bundle, recording: Recording, *, timeline: TimelineParams) -> tuple[WindowPrediction, ...]:
    """The whole recording as one segment: what is short enough to be shown is seldom worth dividing into speech."""
    windows = windows_in((0.0, recording.duration), window=timeline.window, hop=timeline.hop)
    if len(windows) < 2:
        return ()
    answers = recognise_all(bundle, [_part(recording, *window) for window in windows])
    rules: dict[str, Any] = timeline.model_dump(include={"smoothing", "change_cost"})
    return tuple(window_predictions(windows, answers, segment=1, unsure_below=bundle.card.unsure_below, **rules))


def _part(recording: Recording, start: float, end: float) -> Recording:
    first, last = round(start * recording.sampling_rate), round(end * recording.sampling_rate)
    return Recording(recording.samples[first:last], recording.sampling_rate)
