"""Several models of dimensions made one: a weighted sum for each dimension, nothing fitted on the fold it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.scoring import HALF, TRUTH, Ratings
from ser_tasks.models.dimensions.held_out import Values, interval_of, matching
from ser_tasks.models.dimensions.weighted_sum import WeightedSum, scores_of

KEYS = ["utterance_id", "fold", "seed"]
FEWEST = 3  # folds


@dataclass(frozen=True)
class RatedEnsemble:
    """Predictions of several models made one.

    Attributes:
        predictions: as of any model, `ser_tasks.evaluation.dimensions.scoring.prediction_table`
        chosen: fold -> dimension -> the weight of each member
    """

    predictions: pd.DataFrame
    chosen: Mapping[str, Mapping[str, Any]]


def combined(tables: Mapping[str, pd.DataFrame], ratings: Ratings, rule: str) -> RatedEnsemble:
    """The ensemble of a rule.

    For each fold, weights and the line to mean and standard deviation of the ratings are fitted to the members'
    predictions of all other folds; its interval to the errors on each of those, of weights and a line that were fitted
    without it as well. (The members' predictions come from models that were trained on this fold: that is so of every
    stacking by cross-validation.)

    Args:
        tables: test predictions of each member
        ratings: of every rated utterance of the corpus
        rule: average: every member weighs the same; weighted_average: by least squares, no weight below 0

    Raises:
        UserError: members that were tested on other utterances, folds, dimensions or ratings; fewer than three folds

    Source: Breiman (1996), Stacked regressions, doi:10.1007/BF00117832, for the weights; Lei et al. (2018) as
    `ser_tasks.models.dimensions.held_out.interval_of`
    """
    keys, predicted, truth = _side_by_side(tables, ratings)
    folds = keys.fold.to_numpy()
    names = list(dict.fromkeys(folds))
    _check_enough(names)
    made, halves, chosen = np.zeros_like(truth), np.zeros_like(truth), {}
    for name in names:
        tested, others = folds == name, folds != name
        sum_of = _fitted(predicted[:, others], truth[others], rule)
        made[tested] = sum_of(predicted[:, tested])
        halves[tested] = interval_of(np.concatenate(_errors(predicted, truth, folds, name, rule)))
        chosen[str(name)] = {
            own: dict(zip(tables, sum_of.weights[:, place].round(4).tolist(), strict=True))
            for place, own in enumerate(ratings.dimensions)
        }
    for place, own in enumerate(ratings.dimensions):
        keys[own], keys[own + TRUTH], keys[own + HALF] = made[:, place], truth[:, place], halves[:, place]
    return RatedEnsemble(keys, chosen)


def final_sum(tables: Mapping[str, pd.DataFrame], ratings: Ratings, rule: str) -> WeightedSum:
    """The sum to keep: fitted to all predictions of unseen speakers; see `combined`.

    Its interval is fitted to the errors on each fold, of weights and a line that were fitted without it.

    Raises:
        UserError: as `combined`
    """
    keys, predicted, truth = _side_by_side(tables, ratings)
    folds = keys.fold.to_numpy()
    _check_enough(list(dict.fromkeys(folds)))
    errors = _errors(predicted, truth, folds, None, rule)
    return replace(_fitted(predicted, truth, rule), half_widths=interval_of(np.concatenate(errors)))


def _check_enough(folds: Sequence[str]) -> None:
    """Raise UserError for fewer than FEWEST."""
    if len(folds) < FEWEST:
        raise UserError(
            f"an ensemble needs {FEWEST} folds, one to test, one to fit its weights to and one for its interval; there "
            f"are {len(folds)} ({', '.join(map(str, folds))}). Choose a protocol of more."
        )


def _fitted(predicted: NDArray[np.float64], truth: Values, rule: str) -> WeightedSum:
    weights = _weights(predicted, truth, rule)
    return WeightedSum(weights, matching(scores_of(weights, predicted), truth))


def _errors(
    predicted: NDArray[np.float64], truth: Values, folds: NDArray[np.object_], tested: str | None, rule: str
) -> list[Values]:
    """On each fold but the one to be tested, if there is one, by what is fitted without both."""
    found = []
    for name in dict.fromkeys(folds[folds != tested]):
        own, learning = folds == name, (folds != name) & (folds != tested)
        sum_of = _fitted(predicted[:, learning], truth[learning], rule)
        found.append(np.abs(truth[own] - sum_of(predicted[:, own])))
    return found


def _side_by_side(
    tables: Mapping[str, pd.DataFrame], ratings: Ratings
) -> tuple[pd.DataFrame, NDArray[np.float64], Values]:
    """Keys of the utterances; what each member predicts, (n_members, n_utterances, n_dimensions); and their ratings."""
    first, one = next(iter(tables.items()))
    keys = one[KEYS].reset_index(drop=True)
    rated = pd.DataFrame(ratings.values, index=list(ratings.utterance_ids), columns=list(ratings.dimensions))
    values = []
    for name, table in tables.items():
        _check_ratings(name, table, rated)
        own = table.set_index("utterance_id").reindex(keys.utterance_id)
        if len(table) != len(keys) or not np.array_equal(own.fold.to_numpy(), keys.fold.to_numpy()):
            raise UserError(
                f"{first} and {name} were tested on other utterances or folds ({len(keys)} and {len(table)} "
                "predictions). Evaluate both again: with the same ratings, protocol and seed of folds."
            )
        values.append(own[list(ratings.dimensions)].to_numpy(np.float64))
    return keys, np.stack(values), rated.loc[list(keys.utterance_id)].to_numpy(np.float64)


def _check_ratings(name: str, table: pd.DataFrame, rated: pd.DataFrame) -> None:
    """Raise UserError for a member that was held against other ratings than the corpus has today."""
    dimensions = [column.removesuffix(TRUTH) for column in table.columns if column.endswith(TRUTH)]
    today = rated.reindex(table.utterance_id)
    same = dimensions == list(rated.columns) and np.array_equal(
        table[[own + TRUTH for own in dimensions]].to_numpy(np.float64), today.to_numpy(np.float64)
    )
    if not same:
        raise UserError(
            f"{name} was tested on other ratings than the corpus has today ({len(table)} predictions of "
            f"{', '.join(dimensions)}; today {len(rated)} utterances are rated in {', '.join(rated.columns)}). "
            "Evaluate it again."
        )


def _weights(predicted: NDArray[np.float64], truth: Values, rule: str) -> Values:
    """Of each member and dimension, (n_members, n_dimensions); the same for all where least squares wants none."""
    n_members, _, n_dimensions = predicted.shape
    same = np.full((n_members, n_dimensions), 1 / n_members)
    if rule == "average":
        return same
    from scipy.optimize import nnls  # noqa: PLC0415  dear, and a mean needs none of it

    centred, wanted = predicted - predicted.mean(axis=1, keepdims=True), truth - truth.mean(axis=0)
    found = np.column_stack([nnls(centred[:, :, d].T, wanted[:, d])[0] for d in range(n_dimensions)])
    return np.where(found.sum(axis=0) > 0, found, same)
