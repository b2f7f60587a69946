"""Models against the one whose posteriors are nearest to the votes: paired over speakers, corrected for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.evaluation.holm import holm
from ser_tasks.evaluation.metrics import Interval
from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, half_width, speaker_draws, standard_error
from ser_tasks.evaluation.student_t import two_sided_p
from ser_tasks.evaluation.votes.answers import of_posteriors

if TYPE_CHECKING:
    import pandas as pd

    from ser_tasks.evaluation.votes.answers import Answers
    from ser_tasks.params import EvaluationParams

ROUNDING = 1e-12  # nats: sums of the same distances in another order are no difference
Distances = NDArray[np.float64]
Speakers = NDArray[np.str_]


@dataclass(frozen=True)
class DistanceDifference:
    """Mean distance of one less that of another, in nats, its interval over speakers, and the p value of none."""

    difference: float
    interval: Interval
    p: float

    def figures(self) -> dict[str, float | None]:
        """As a result states them, with four digits; no ends where one speaker alone was tested."""
        ends = {"low": self.interval.low, "high": self.interval.high}
        stated = {"kl_difference": self.difference, **ends, "p": self.p}
        return {key: round(value, 4) if isfinite(value) else None for key, value in stated.items()}


def of_table(table: pd.DataFrame, counts: pd.DataFrame, speakers: Mapping[str, str]) -> tuple[Answers, Speakers]:
    """Every prediction in a table against the votes on its utterance, and whose utterance it is.

    Args:
        table: of predictions; those of utterances that `counts` has not are left out
        counts: of the votes, by utterance id; a column for each class
        speakers: utterance id -> speaker
    """
    own = table[table.utterance_id.isin(counts.index)]
    posteriors = own[list(counts.columns)].to_numpy(np.float64)
    answers = of_posteriors(counts.loc[own.utterance_id].to_numpy(), posteriors)
    return answers, np.array([speakers[name] for name in own.utterance_id])


def against_nearest(distances: Mapping[str, tuple[Distances, Speakers]], params: EvaluationParams) -> dict[str, float]:
    """p of no difference in mean distance from the nearest model, for each other one; corrected by Holm's method.

    Args:
        distances: of each model, of all its predictions, and their speakers; about the same speakers
        params: of the bootstrap, which draws the same speakers for both

    Source: as `ser_tasks.models.ensembles.paired.uar_difference`
    """
    if len(distances) < 2:
        return {}
    nearest, *others = sorted(distances, key=lambda name: float(distances[name][0].mean()))
    found = [distance_difference(distances[other], distances[nearest], params).p for other in others]
    return dict(zip(others, holm(found), strict=True))


def distance_difference(
    first: tuple[Distances, Speakers], second: tuple[Distances, Speakers], params: EvaluationParams
) -> DistanceDifference:
    """Both about the same speakers, each with the distance of every prediction; the same speakers are drawn for both.

    Source: as `ser_tasks.models.ensembles.paired.uar_difference`
    """
    difference = float(first[0].mean() - second[0].mean())
    names, place = np.unique(first[1], return_inverse=True)
    if len(names) == 1:  # one speaker says nothing
        return DistanceDifference(difference, Interval(-np.inf, np.inf), 1.0)
    draws = speaker_draws(len(names), resamples=params.bootstrap_resamples, seed=params.seed)
    drawn = []
    for values, speakers in (first, second):
        own = np.searchsorted(names, speakers)
        drawn.append(draws @ np.bincount(own, weights=values) / (draws @ np.bincount(own)))
    n = effective_speakers(np.bincount(place))
    error = standard_error(drawn[0] - drawn[1], n)
    half = half_width(error, n, params.confidence)
    p = two_sided_p(difference / error, n - 1) if error > ROUNDING else float(abs(difference) <= ROUNDING)
    return DistanceDifference(difference, Interval(difference - half, difference + half), p)
