"""The weighted average, its weights fitted on other utterances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.augmentation.balance import class_weights
from ser_tasks.models.ensembles.ensemble import Posteriors, Present
from ser_tasks.models.ensembles.members import FLOOR, Members

ITERATIONS = 500
SETTLED = 1e-6  # change of the weights


@dataclass(frozen=True)
class WeightedAverage:
    """The mean of the members' posteriors by weights that sum to 1; where a member is absent, by those of the others.

    Source: Jacobs (1995), doi:10.1162/neco.1995.7.5.867, linear pool; Sobczak weighted two members
    """

    weights: NDArray[np.float64]  # shape (n_members,)

    def combine(self, posteriors: Posteriors, present: Present) -> Posteriors:
        """See `Combiner`."""
        return np.asarray(np.einsum("mu,muc->uc", _shares(self.weights, present), posteriors))

    def chosen(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        """The weight of each member, with 4 digits."""
        return dict(zip(names, self.weights.round(4).tolist(), strict=True))

    def state(self) -> dict[str, Any]:
        """See `Combiner`."""
        return {"weights": self.weights.tolist()}


def fit_weights(members: Members, present: Present) -> WeightedAverage:
    """The rule with the likeliest weights; `present` decides nothing."""
    return WeightedAverage(likeliest_weights(members))


def read_weights(state: Mapping[str, Any]) -> WeightedAverage:
    """The rule that `state` gave."""
    return WeightedAverage(np.asarray(state["weights"], np.float64))


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
