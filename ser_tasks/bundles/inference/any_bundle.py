"""Predictions of a bundle of either kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions
from ser_tasks.bundles.inference.estimate import DimensionPrediction, estimate_all
from ser_tasks.bundles.inference.prediction import Prediction, recognise_all

if TYPE_CHECKING:
    from ser_tasks.audio.recording import Recording
    from ser_tasks.bundles.bundle import AnyBundle
    from ser_tasks.text.asr.engine import Transcript

AnyPrediction: TypeAlias = Prediction | DimensionPrediction


def predictions_of(
    bundle: AnyBundle, recordings: Sequence[Recording], words: Sequence[Transcript | None] | None = None
) -> Sequence[AnyPrediction]:
    """Of several recordings, by a bundle of classes, see `recognise_all`, or of dimensions, see `estimate_all`."""
    if isinstance(bundle, BundleOfDimensions):
        return estimate_all(bundle, recordings, transcripts=words)
    return recognise_all(bundle, recordings, transcripts=words)
