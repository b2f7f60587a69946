"""Sections on bundles: which models are made ready for use, and when their predictions count as unsure."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from ser_tasks.params.base import Fraction, Name, Section


class BundleParams(Section):
    """One model, trained on all of a corpus, in a folder."""

    corpus: Name  # all of its utterances, or all rated ones, are the training set
    model: Name  # of the model table or of that of dimensions, evaluated too
    protocol: Literal["speaker_independent"]  # of the evaluation that its figures are from: unseen speakers


class ReliabilityParams(Section):
    """Settings that decide whether a prediction is unsure."""

    error_share: Fraction  # of the errors, that may be left among predictions that are not unsure
    least_coverage: Fraction  # of the predictions, that must be left
    calibration_bins: PositiveInt  # of equal mass
    cloud_components: PositiveInt  # of the Gaussian around the training utterances
    cloud_quantile: Annotated[float, Field(gt=0.5, lt=1)]  # of unseen training speakers' distances: it is called 1
    farthest: PositiveFloat  # distance that still counts as like the training data
