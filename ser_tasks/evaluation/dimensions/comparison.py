"""Models of dimensions against the best of them: paired over speakers, corrected for the number of tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ser_tasks.evaluation.dimensions.agreement import drawn_concordances, mean_concordance
from ser_tasks.evaluation.holm import holm
from ser_tasks.evaluation.metrics import Interval
from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, half_width, standard_error
from ser_tasks.evaluation.student_t import two_sided_p

if TYPE_CHECKING:
    from ser_tasks.evaluation.dimensions.agreement import Rated
    from ser_tasks.params import EvaluationParams


@dataclass(frozen=True)
class CccDifference:
    """Mean CCC of one less that of another, its interval over speakers within [-2, 2], and the p value of none."""

    difference: float
    interval: Interval
    p: float

    def figures(self) -> dict[str, float]:
        """As a result states them, with four digits."""
        low, high = self.interval.low, self.interval.high
        stated = {"ccc_difference": self.difference, "low": low, "high": high, "p": self.p}
        return {key: round(value, 4) for key, value in stated.items()}


def against_best(answers: Mapping[str, Rated], params: EvaluationParams) -> dict[str, CccDifference]:
    """The best model, by mean CCC, against each other one; p is corrected by Holm's method.

    Args:
        answers: of each model, about the same utterances in the same order
        params: of the bootstrap, which draws the same speakers for both

    Returns:
        by model, the best first, whose difference from itself is 0 with p 1
    """
    means = {name: mean_concordance(own) for name, own in answers.items()}
    best, *others = sorted(answers, key=lambda name: -means[name])
    found = [ccc_difference(answers[best], answers[other], params) for other in others]
    corrected = holm([own.p for own in found])
    rest = {
        other: CccDifference(own.difference, own.interval, p)
        for other, own, p in zip(others, found, corrected, strict=True)
    }
    return {best: CccDifference(0.0, Interval(0.0, 0.0), 1.0), **rest}


def ccc_difference(first: Rated, second: Rated, params: EvaluationParams) -> CccDifference:
    """Both about the same utterances in the same order; the same speakers are drawn for both.

    Source: as `ser_tasks.models.ensembles.paired.uar_difference`
    """
    difference = mean_concordance(first) - mean_concordance(second)
    sizes = np.unique(first.speakers, return_counts=True)[1]
    if len(sizes) == 1:
        return CccDifference(difference, Interval(-2.0, 2.0), 1.0)
    drawn = [
        drawn_concordances(own, resamples=params.bootstrap_resamples, seed=params.seed).mean(axis=1)
        for own in (first, second)
    ]
    n = effective_speakers(sizes)
    error = standard_error(drawn[0] - drawn[1], n)
    half = half_width(error, n, params.confidence)
    p = two_sided_p(difference / error, n - 1) if error > 0 else float(difference == 0)
    return CccDifference(difference, Interval(max(-2.0, difference - half), min(2.0, difference + half)), p)
