"""Models against the one whose posteriors are nearest to the votes: paired over speakers, corrected for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.evaluation.holm import holm
from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, speaker_draws, standard_error
from ser_tasks.evaluation.student_t import two_sided_p

if TYPE_CHECKING:
    from ser_tasks.params import EvaluationParams

Distances = NDArray[np.float64]
Speakers = NDArray[np.str_]


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
    found = [_p(distances[nearest], distances[other], params) for other in others]
    return dict(zip(others, holm(found), strict=True))


def _p(first: tuple[Distances, Speakers], second: tuple[Distances, Speakers], params: EvaluationParams) -> float:
    names, place = np.unique(first[1], return_inverse=True)
    if len(names) == 1:  # one speaker says nothing
        return 1.0
    sizes = np.bincount(place)
    draws = speaker_draws(len(names), resamples=params.bootstrap_resamples, seed=params.seed)
    drawn = []
    for values, speakers in (first, second):
        own = np.searchsorted(names, speakers)
        drawn.append(draws @ np.bincount(own, weights=values) / (draws @ np.bincount(own)))
    n = effective_speakers(sizes)
    difference, error = float(second[0].mean() - first[0].mean()), standard_error(drawn[1] - drawn[0], n)
    return two_sided_p(difference / error, n - 1) if error > 0 else float(difference == 0)
