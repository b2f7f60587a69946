"""How far confidences can be trusted: calibration error, risk against coverage, and below what a prediction is unsure.

All take `confidence`, the posterior of the likeliest class, and `right`, whether that class is the true one, both of
shape (n_predictions,), of predictions for unseen speakers. The risk of a set of predictions is its error rate, its
coverage their share of all predictions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from ser_tasks.params import ReliabilityParams

TINY = 1e-12  # a risk that only rounding keeps from the target has reached it

Array = NDArray[np.float64]


class Bin(NamedTuple):
    """Predictions of about equal confidence."""

    answers: int
    confidence: float  # mean
    accuracy: float


@dataclass(frozen=True)
class RiskCoverage:
    """Risk of the predictions that are at least as confident as a threshold, for every threshold that matters.

    Attributes:
        thresholds: confidences that occur, falling, shape (n,)
        coverage: share of predictions kept at each, shape (n,)
        risk: share of wrong ones among those, shape (n,)
    """

    thresholds: Array
    coverage: Array
    risk: Array


class Threshold(NamedTuple):
    """Predictions less confident than `confidence` are unsure; what is left."""

    confidence: float
    coverage: float
    risk: float
    target: float  # risk that was aimed at


def confidence_and_hits(posteriors: Array, truth: NDArray[np.integer]) -> tuple[Array, NDArray[np.bool_]]:
    """Confidence, and whether each prediction is a hit: the arguments of the functions below.

    Args:
        posteriors: shape (n_predictions, n_classes)
        truth: column of the true class of each prediction, shape (n_predictions,)
    """
    return posteriors.max(axis=1), posteriors.argmax(axis=1) == truth


def reliability_bins(confidence: Array, right: NDArray[np.bool_], *, n_bins: int) -> list[Bin]:
    """Bins of equal mass: as many predictions in each, but for one; fewer bins where there are fewer predictions."""
    parts = np.array_split(np.argsort(confidence, kind="stable"), min(n_bins, len(confidence)))
    return [Bin(len(part), float(confidence[part].mean()), float(right[part].mean())) for part in parts]


def expected_calibration_error(confidence: Array, right: NDArray[np.bool_], *, n_bins: int) -> float:
    """Mean over predictions of |accuracy - mean confidence| of their bin: 0 is calibrated, 1 the worst.

    Source: Naeini et al. (2015), doi:10.1609/aaai.v29i1.9602; bins of equal mass after Nixon et al. (2019),
    "Measuring Calibration in Deep Learning"
    """
    bins = reliability_bins(confidence, right, n_bins=n_bins)
    return sum(part.answers * abs(part.accuracy - part.confidence) for part in bins) / len(confidence)


def risk_coverage(confidence: Array, right: NDArray[np.bool_]) -> RiskCoverage:
    """One point for each different confidence: predictions of equal confidence are kept or refused together."""
    order = np.argsort(-confidence, kind="stable")
    last = np.append(np.flatnonzero(np.diff(confidence[order])), len(order) - 1)  # of each run of equal confidences
    kept, wrong = last + 1, np.cumsum(~right[order])[last]
    return RiskCoverage(confidence[order][last], kept / len(order), wrong / kept)


def area_under_risk_coverage(confidence: Array, right: NDArray[np.bool_]) -> float:
    """AURC: mean risk over the coverages 1/n, 2/n ... 1; predictions of equal confidence in random order, in the mean.

    Source: Geifman & El-Yaniv (2017), "Selective Classification for Deep Neural Networks"
    """
    curve = risk_coverage(confidence, right)
    n = len(confidence)
    kept = np.append(0, curve.coverage * n)
    wrong = np.append(0, curve.risk * curve.coverage * n)
    counts = np.arange(1, n + 1)
    return float((np.interp(counts, kept, wrong) / counts).mean())


def unsure_threshold(
    confidence: Array, right: NDArray[np.bool_], *, error_share: float, least_coverage: float
) -> Threshold:
    """The lowest confidence at and above which the risk is at most `error_share` of that of all predictions.

    Where none of those keeps `least_coverage` of the predictions, the one of least risk among the thresholds that do: a
    model whose confidence is weak evidence has few errors only in its most confident predictions, and that by chance.

    Args:
        confidence, right: of predictions for unseen speakers
        error_share: 0.5: half as many errors among the predictions that are left
        least_coverage: share of the predictions that must be left
    """
    curve = risk_coverage(confidence, right)
    allowed = error_share * curve.risk[-1]
    enough = np.flatnonzero(curve.coverage >= least_coverage)
    good = enough[curve.risk[enough] <= allowed + TINY]
    place = good[-1] if len(good) else enough[::-1][curve.risk[enough[::-1]].argmin()]
    return Threshold(
        float(curve.thresholds[place]), float(curve.coverage[place]), float(curve.risk[place]), float(allowed)
    )


@dataclass(frozen=True)
class Confidence:
    """The measures above, and the confidence of each prediction, shape (n_predictions,)."""

    confidence: NDArray[np.float64]
    bins: list[Bin]
    ece: float
    curve: RiskCoverage
    aurc: float
    threshold: Threshold


def validate_confidence(predictions: pd.DataFrame, classes: Sequence[str], settings: ReliabilityParams) -> Confidence:
    """All measures of confidence, from out-of-fold posteriors.

    Args:
        predictions: columns truth and one for each class, as `evaluation.prediction_table` makes them
        classes: their names
        settings: section reliability of params.yaml
    """
    truth = np.array([list(classes).index(name) for name in predictions.truth])
    confidence, right = confidence_and_hits(predictions[list(classes)].to_numpy(), truth)
    n_bins = settings.calibration_bins
    return Confidence(
        confidence,
        reliability_bins(confidence, right, n_bins=n_bins),
        expected_calibration_error(confidence, right, n_bins=n_bins),
        risk_coverage(confidence, right),
        area_under_risk_coverage(confidence, right),
        unsure_threshold(confidence, right, error_share=settings.error_share, least_coverage=settings.least_coverage),
    )
