"""What a bundle says of a recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import soxr
from numpy.typing import NDArray

from ser_tasks.audio.channels import mixed_down
from ser_tasks.bundles.inference.checks import Remark, refuse_unusable, remarks_on

if TYPE_CHECKING:
    from ser_tasks.audio.recording import Recording
    from ser_tasks.bundles.bundle import Bundle


@dataclass(frozen=True)
class Answer:
    """To one stretch of sound."""

    emotion: str  # the likeliest class
    probabilities: Mapping[str, float]  # class -> probability, sums to 1, in the bundle's order
    confidence: float  # of the likeliest
    unsure: bool  # low confidence, too far from the training data, or unfit sound
    remarks: tuple[str, ...]  # what a person should know
    duration: float  # s


def recognise(bundle: Bundle, recording: Recording) -> Answer:
    """The answer to one recording, of any sampling rate and any number of channels.

    Raises:
        AudioError: sound that no answer can be had to
    """
    return recognise_all(bundle, [recording])[0]


def recognise_all(bundle: Bundle, recordings: Sequence[Recording]) -> list[Answer]:
    """The same for many: features one by one, the model once for all.

    Raises:
        AudioError: one of them is sound that no answer can be had to
    """
    for recording in recordings:
        refuse_unusable(recording)
    features = [bundle.features(model_signal(recording, bundle.card.sampling_rate)) for recording in recordings]
    posteriors = bundle.posteriors_from(features)
    return [
        _answer(bundle, recording, values, bundle.unlikeness(frames))
        for recording, frames, values in zip(recordings, features, posteriors, strict=True)
    ]


def model_signal(recording: Recording, sampling_rate: int) -> NDArray[np.float32]:
    """Mixed down and resampled as the training utterances were, shape (n_samples,); see `audio.decode.read_mono`."""
    mono = mixed_down(recording.samples)
    if recording.sampling_rate == sampling_rate:
        return mono
    return np.asarray(soxr.resample(mono, recording.sampling_rate, sampling_rate, quality="HQ"), np.float32)


def _answer(bundle: Bundle, recording: Recording, posteriors: NDArray[np.float64], unlikeness: float) -> Answer:
    card, best = bundle.card, int(posteriors.argmax())
    remarks = remarks_on(recording.samples, recording.sampling_rate, durations=card.durations)
    remarks += tuple(Remark(note, unsure=False) for note in recording.notes)
    if unlikeness > card.farthest:
        text = f"unlike the training data: {unlikeness / card.farthest:.1f} times as far as the farthest of it"
        remarks += (Remark(text, unsure=True),)
    confidence = float(posteriors[best])
    return Answer(
        emotion=card.classes[best],
        probabilities=dict(zip(card.classes, map(float, posteriors), strict=True)),
        confidence=confidence,
        unsure=confidence < card.unsure_below or any(remark.unsure for remark in remarks),
        remarks=tuple(remark.text for remark in remarks),
        duration=recording.duration,
    )
