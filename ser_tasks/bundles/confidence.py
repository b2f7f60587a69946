"""What the answers of a cross-validation say of a model's confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.bundles.reliability import (
    Bin,
    RiskCoverage,
    Threshold,
    area_under_risk_coverage,
    confidence_and_right,
    expected_calibration_error,
    reliability_bins,
    risk_coverage,
    unsure_threshold,
)

if TYPE_CHECKING:
    import pandas as pd

    from ser_tasks.params import ReliabilityParams


@dataclass(frozen=True)
class Confidence:
    """Figures of `ser_tasks.bundles.reliability`, and the confidence of each answer, shape (n_answers,)."""

    confidence: NDArray[np.float64]
    bins: list[Bin]
    ece: float
    curve: RiskCoverage
    aurc: float
    threshold: Threshold


def judge_confidence(predictions: pd.DataFrame, classes: Sequence[str], settings: ReliabilityParams) -> Confidence:
    """All of them from out-of-fold posteriors.

    Args:
        predictions: columns truth and one for each class, as `evaluation.prediction_table` makes them
        classes: their names
        settings: section reliability of params.yaml
    """
    truth = np.array([list(classes).index(name) for name in predictions.truth])
    confidence, right = confidence_and_right(predictions[list(classes)].to_numpy(), truth)
    n_bins = settings.calibration_bins
    return Confidence(
        confidence,
        reliability_bins(confidence, right, n_bins=n_bins),
        expected_calibration_error(confidence, right, n_bins=n_bins),
        risk_coverage(confidence, right),
        area_under_risk_coverage(confidence, right),
        unsure_threshold(confidence, right, error_share=settings.error_share, least_coverage=settings.least_coverage),
    )
