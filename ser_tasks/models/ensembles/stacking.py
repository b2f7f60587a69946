"""Stacking: logistic regression on the members' log posteriors, fitted on other utterances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.augmentation.balance import class_weights
from ser_tasks.models.ensembles.ensemble import Pattern, Posteriors, Present
from ser_tasks.models.ensembles.members import Members, floored_logs

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Regression:
    """Mean and scale (n_dims,), weights (n_classes, n_dims), bias (n_classes,), and the columns of its classes."""

    mean: Array
    scale: Array
    weights: Array
    bias: Array
    classes: NDArray[np.intp]
    utterances: int  # that it was fitted on

    def posteriors(self, logs: Array, *, n_classes: int) -> Array:
        """(n_utterances, n_dims) -> (n_utterances, n_classes); 0 for a class that it was not fitted on."""
        from scipy.special import softmax  # noqa: PLC0415  few need it

        scores = (logs - self.mean) / self.scale @ self.weights.T + self.bias
        if len(self.bias) == 1:  # of two classes, the second against the first
            scores = np.concatenate([np.zeros_like(scores), scores], axis=1)
        found = np.zeros((len(logs), n_classes))
        found[:, self.classes] = softmax(scores, axis=1)
        return found


@dataclass(frozen=True)
class Stacking:
    """One regression for each set of members present together; None where it could not be fitted.

    There (fewer than two classes among the utterances to fit on), and for a set that it was not fitted for, the members
    present are averaged.

    Source: Wolpert (1992), doi:10.1016/S0893-6080(05)80023-1; Ting & Witten (1999), doi:10.1613/jair.594
    """

    regressions: Mapping[Pattern, Regression | None]

    def combine(self, posteriors: Posteriors, present: Present) -> Posteriors:
        """See `Combiner`."""
        answers: Array = np.zeros(posteriors.shape[1:])
        for pattern in np.unique(present, axis=1).T:
            rows = np.flatnonzero((present == pattern[:, None]).all(axis=0))
            own = posteriors[pattern][:, rows]
            regression = self.regressions.get(tuple(pattern.tolist()))
            answers[rows] = (
                own.mean(axis=0)
                if regression is None
                else regression.posteriors(_side_by_side(floored_logs(own)), n_classes=answers.shape[1])
            )
        return answers

    def chosen(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        """Utterances that each regression was fitted on; "average" where there is none."""
        return {
            " + ".join(name for name, here in zip(names, pattern, strict=True) if here): (
                "average" if regression is None else regression.utterances
            )
            for pattern, regression in self.regressions.items()
        }

    def state(self) -> dict[str, Any]:
        """See `Combiner`."""
        fitted = ((pattern, one) for pattern, one in self.regressions.items() if one is not None)
        return {
            "regressions": [
                {"present": list(pattern), **{key: np.asarray(value).tolist() for key, value in vars(one).items()}}
                for pattern, one in fitted
            ]
        }


def fit_stacking(members: Members, present: Present, *, c: float, balanced: bool) -> Stacking:
    """A regression for each set of members.

    Args:
        members: to fit on
        present: the sets, shape (n_members, n_sets)
        c: inverse strength of the penalty
        balanced: every class has the same weight
    """
    return Stacking({tuple(of.tolist()): _fitted(members, of, c=c, balanced=balanced) for of in present.T})


def read_stacking(state: Mapping[str, Any]) -> Stacking:
    """The rule that `state` gave."""
    return Stacking({tuple(one["present"]): _read(one) for one in state["regressions"]})


def _read(one: Mapping[str, Any]) -> Regression:
    arrays: dict[str, Any] = {field.name: np.asarray(one[field.name]) for field in fields(Regression)}
    return Regression(**arrays)


def _fitted(members: Members, pattern: NDArray[np.bool_], *, c: float, balanced: bool) -> Regression | None:
    """From the utterances that all of these members predicted; None where they have one class at most."""
    rows = np.flatnonzero(members.present[pattern].all(axis=0))
    truth = members.truth[rows]
    if len(np.unique(truth)) < 2:
        return None
    say = class_weights(truth, n_classes=len(members.classes))[truth] if balanced else None
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  seconds
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    scaler = StandardScaler()
    logs = scaler.fit_transform(_side_by_side(members.logs[pattern][:, rows]))
    found = LogisticRegression(C=c, max_iter=1000).fit(logs, truth, sample_weight=say)
    return Regression(scaler.mean_, scaler.scale_, found.coef_, found.intercept_, found.classes_, len(rows))


def _side_by_side(logs: Array) -> Array:
    """(n_members, n_utterances, n_classes) -> (n_utterances, n_members * n_classes)."""
    return np.concatenate(list(logs), axis=1)
