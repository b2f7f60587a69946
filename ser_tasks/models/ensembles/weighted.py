"""The weighted average, its weights from other folds."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.augmentation.balance import class_weights
from ser_tasks.models.ensembles.cross_fitting import cross_fitted
from ser_tasks.models.ensembles.ensemble import Ensemble
from ser_tasks.models.ensembles.members import FLOOR, Members, side_by_side

ITERATIONS = 500
SETTLED = 1e-6  # change of the weights


def weighted_average(
    tables: Mapping[str, pd.DataFrame], *, validation: Mapping[str, pd.DataFrame] | None = None
) -> Ensemble:
    """The mean of the members' posteriors by weights that sum to 1; where a member is absent, by those of the others.

    Args:
        tables: test predictions of each member
        validation: see `cross_fitted`

    Source: Jacobs (1995), doi:10.1162/neco.1995.7.5.867, linear pool; Sobczak weighted two members
    """
    members = side_by_side(tables)
    posteriors, chosen = np.zeros(members.posteriors.shape[1:]), {}
    for part in cross_fitted(members, validation):
        weights = likeliest_weights(part.learnt)
        here = members.present[:, part.tested]
        posteriors[part.tested] = np.einsum("mu,muc->uc", _shares(weights, here), members.posteriors[:, part.tested])
        chosen[part.fold] = dict(zip(members.names, weights.round(4).tolist(), strict=True))
    return Ensemble(members.table(posteriors), members.answered(), chosen)


def likeliest_weights(members: Members) -> NDArray[np.float64]:
    """The weights under which the truth is likeliest, every class with the same weight; shape (n_members,), sum 1.

    By expectation and maximisation: the likelihood of a mixture is concave in its weights, so there is one best. Only
    utterances that all members predicted count; where there are none, all weigh the same.

    Source: Dempster et al. (1977), doi:10.1111/j.2517-6161.1977.tb01600.x
    """
    n = len(members.names)
    weights = np.full(n, 1 / n)
    everyone = members.present.all(axis=0)
    if not everyone.any():
        return weights
    truth = members.truth[everyone]
    right = members.posteriors[:, everyone][:, np.arange(len(truth)), truth] + FLOOR
    say = class_weights(truth, n_classes=len(members.classes))[truth].astype(np.float64)
    for _ in range(ITERATIONS):
        responsible = weights[:, None] * right
        responsible /= responsible.sum(axis=0)
        better = (responsible * say).sum(axis=1) / say.sum()
        moved, weights = np.abs(better - weights).max(), better
        if moved < SETTLED:
            break
    return weights


def _shares(weights: NDArray[np.float64], present: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n_members, n_utterances): weights of those present, sum 1; alike where all who are present weigh nothing."""
    shares = np.maximum(weights, FLOOR)[:, None] * present
    return np.asarray(shares / shares.sum(axis=0))
