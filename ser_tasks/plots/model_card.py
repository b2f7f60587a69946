"""Two pictures of the model card."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ser_tasks.bundles.reliability import Bin, RiskCoverage, Threshold

OURS, GREY = "#1f5a96", "#888888"


def reliability_figure(bins: list[Bin], confidence: NDArray[np.float64], *, title: str) -> Figure:
    """Accuracy against confidence, one dot a bin, and below it how many predictions have which confidence."""
    figure = Figure(figsize=(4.6, 5.2), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    upper.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="calibrated")
    upper.plot([b.confidence for b in bins], [b.accuracy for b in bins], "o-", color=OURS, markersize=4, label="bins")
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="accuracy")
    upper.legend(loc="upper left", frameon=False)
    upper.set_title(title, fontsize=10)
    lower.hist(confidence, bins=np.linspace(0, 1, 21), color=OURS)
    lower.set(xlabel="confidence", ylabel="predictions")
    return figure


def risk_coverage_figure(curve: RiskCoverage, threshold: Threshold, *, title: str) -> Figure:
    """Error rate among the most confident predictions, and where "unsure" begins."""
    figure = Figure(figsize=(5.2, 4), layout="constrained")
    axes = figure.subplots()
    axes.step(curve.coverage, curve.risk, where="post", color=OURS, linewidth=1.5)
    axes.axhline(threshold.target, color=GREY, linestyle=":", linewidth=1, label=f"aimed at: {threshold.target:.1%}")
    axes.axvline(threshold.coverage, color=GREY, linestyle="--", linewidth=1)
    label = f"not unsure: {threshold.coverage:.0%} of the predictions,\n{threshold.risk:.1%} of them wrong"
    axes.plot(threshold.coverage, threshold.risk, "o", color=OURS, label=label)
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel="coverage", ylabel="risk: error rate of those")
    axes.legend(loc="best", frameon=False, fontsize=9)
    axes.set_title(title, fontsize=10)
    return figure
