"""Calibration of the confidence of one evaluation's predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ser_tasks.bundles.reliability import (
    Bin,
    RiskCoverage,
    area_under_risk_coverage,
    confidence_and_hits,
    expected_calibration_error,
    reliability_bins,
    risk_coverage,
)
from ser_tasks.evaluation.comparison.predictions import posteriors, truth_index

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 20  # predictions in a bin: with fewer, its share of hits means little


@dataclass(frozen=True)
class Calibrated:
    """Bins and error of the calibration, and the risk at each coverage."""

    bins: list[Bin]
    error: float  # expected calibration error
    curve: RiskCoverage
    area: float  # under the risk-coverage curve


def calibrated(answers: pd.DataFrame, classes: Sequence[str], *, n_bins: int) -> Calibrated:
    """Calibration of test predictions, whose speakers are unseen where the protocol keeps them apart.

    Args:
        answers: one line an utterance
        classes: of the predictions
        n_bins: at most; fewer where a bin would hold less than FEWEST predictions
    """
    confidence, right = confidence_and_hits(posteriors(answers, classes), truth_index(answers, classes))
    n_bins = max(1, min(n_bins, len(answers) // FEWEST))
    return Calibrated(
        reliability_bins(confidence, right, n_bins=n_bins),
        expected_calibration_error(confidence, right, n_bins=n_bins),
        risk_coverage(confidence, right),
        area_under_risk_coverage(confidence, right),
    )
