"""Valence, activation and dominance of recordings, with their intervals, and whether they can be relied on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ser_tasks.bundles.inference.prediction import read_utterances, remarks_for

if TYPE_CHECKING:
    from ser_tasks.audio.recording import Recording
    from ser_tasks.bundles.dimensions.bundle import Rating
    from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions
    from ser_tasks.bundles.speech_to_text import RecognisedWords
    from ser_tasks.models.dimensions.regressor import Values
    from ser_tasks.text.asr.engine import Transcript

ENDS = ("", "_low", "_high")  # of the names of columns: the prediction, and the ends of its interval


@dataclass(frozen=True)
class Estimate:
    """Of one dimension, on the scale of the bundle."""

    value: float
    low: float  # ends of the interval, cut to the scale
    high: float


@dataclass(frozen=True)
class DimensionPrediction:
    """Estimates for one recording or window."""

    dimensions: Mapping[str, Estimate]  # in the bundle's order
    unsure: bool  # too far from the training data, unfit sound, or words that do not count
    remarks: tuple[str, ...]  # on the sound, and on the words
    duration: float  # s
    half_widths: Mapping[str, float]  # of the intervals, before they were cut to the scale
    transcript: Transcript | None = None  # None: the bundle reads no words
    members: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # of an ensemble: those that answered


def estimate(
    bundle: BundleOfDimensions, recording: Recording, *, transcript: Transcript | None = None
) -> DimensionPrediction:
    """The prediction for one recording, of any sampling rate and any number of channels.

    Args:
        bundle: the model
        recording: the sound
        transcript: its words, for a bundle that reads them; None: its recogniser finds them

    Raises:
        AudioError: no sampling rate, samples that are not finite, or too short
        UserError: no recogniser, and the bundle reads words; or words for a bundle that reads none
    """
    return estimate_all(bundle, [recording], transcripts=[transcript])[0]


def estimate_all(
    bundle: BundleOfDimensions,
    recordings: Sequence[Recording],
    *,
    transcripts: Sequence[Transcript | None] | None = None,
) -> list[DimensionPrediction]:
    """Of several recordings, each as `estimate` gives it."""
    utterances, words = read_utterances(bundle, recordings, transcripts)
    return [
        _prediction(bundle, recording, rating, own)
        for recording, rating, own in zip(recordings, bundle.ratings(utterances), words, strict=True)
    ]


def _prediction(
    bundle: BundleOfDimensions, recording: Recording, rating: Rating, words: RecognisedWords | None
) -> DimensionPrediction:
    remarks = remarks_for(bundle, recording, words, unlikeness=rating.unlikeness)
    return DimensionPrediction(
        with_interval(rating.values, rating.half_widths, scale=bundle.card.scale),
        unsure=any(remark.unsure for remark in remarks),
        remarks=tuple(remark.text for remark in remarks),
        duration=recording.duration,
        half_widths=rating.half_widths,
        transcript=None if words is None else words.transcript,
        members={
            name: dict(zip(bundle.card.dimensions, map(float, own), strict=True))
            for name, own in rating.members.items()
        },
    )


def with_interval(
    values: Values, half_widths: Mapping[str, float], *, scale: tuple[float, float]
) -> dict[str, Estimate]:
    """Each dimension with the interval about it, cut to the scale; values of shape (n_dimensions,)."""
    lowest, highest = scale
    return {
        name: Estimate(float(value), max(lowest, float(value) - half), min(highest, float(value) + half))
        for (name, half), value in zip(half_widths.items(), values, strict=True)
    }


def columns_of(dimensions: Sequence[str]) -> list[str]:
    """Of a table: valence, valence_low, valence_high, and so on."""
    return [f"{name}{end}" for name in dimensions for end in ENDS]


def values_of(dimensions: Mapping[str, Estimate]) -> dict[str, float]:
    """What stands in these columns."""
    numbers = [number for one in dimensions.values() for number in (one.value, one.low, one.high)]
    return dict(zip(columns_of(list(dimensions)), numbers, strict=True))
