"""Valence, activation and dominance of recordings, with their intervals, and whether they can be relied on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ser_tasks.bundles.inference.prediction import check_usable, model_signal, remarks_on_recording

if TYPE_CHECKING:
    from ser_tasks.audio.recording import Recording
    from ser_tasks.bundles.dimensions.bundle import DimensionBundle, Rating
    from ser_tasks.bundles.dimensions.card import DimensionCard
    from ser_tasks.models.dimensions.regressor import Values

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
    unsure: bool  # too far from the training data, or unfit sound
    remarks: tuple[str, ...]  # on the sound
    duration: float  # s


def estimate(bundle: DimensionBundle, recording: Recording) -> DimensionPrediction:
    """The prediction for one recording, of any sampling rate and any number of channels.

    Raises:
        AudioError: no sampling rate, samples that are not finite, or too short
    """
    return estimate_all(bundle, [recording])[0]


def estimate_all(bundle: DimensionBundle, recordings: Sequence[Recording]) -> list[DimensionPrediction]:
    """Of several recordings, each as `estimate` gives it."""
    for recording in recordings:
        check_usable(recording)
    rate = bundle.card.sampling_rate
    ratings = bundle.ratings([model_signal(recording, rate) for recording in recordings])
    return [_prediction(bundle, recording, own) for recording, own in zip(recordings, ratings, strict=True)]


def _prediction(bundle: DimensionBundle, recording: Recording, rating: Rating) -> DimensionPrediction:
    remarks = remarks_on_recording(recording, bundle.card, unlikeness=rating.unlikeness)
    return DimensionPrediction(
        with_interval(rating.values, bundle.card),
        unsure=any(remark.unsure for remark in remarks),
        remarks=tuple(remark.text for remark in remarks),
        duration=recording.duration,
    )


def with_interval(values: Values, card: DimensionCard) -> dict[str, Estimate]:
    """Each dimension with the interval about it, cut to the scale; values of shape (n_dimensions,)."""
    lowest, highest = card.scale
    return {
        name: Estimate(float(value), max(lowest, float(value) - half), min(highest, float(value) + half))
        for (name, half), value in zip(card.half_widths.items(), values, strict=True)
    }


def columns_of(dimensions: Sequence[str]) -> list[str]:
    """Of a table: valence, valence_low, valence_high, and so on."""
    return [f"{name}{end}" for name in dimensions for end in ENDS]


def values_of(dimensions: Mapping[str, Estimate]) -> dict[str, float]:
    """What stands in these columns."""
    numbers = [number for one in dimensions.values() for number in (one.value, one.low, one.high)]
    return dict(zip(columns_of(list(dimensions)), numbers, strict=True))
