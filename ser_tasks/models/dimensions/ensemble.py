"""Several models of dimensions made one: a weighted sum for each dimension, nothing fitted on the fold it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.scoring import HALF, TRUTH, Ratings
from ser_tasks.models.dimensions.held_out import Values, interval_of, matching

KEYS = ["utterance_id", "fold", "seed"]


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

    For each fold, weights, the line to mean and standard deviation of the ratings, and the interval are fitted to the
    members' predictions of all other folds. (Those come from models that were trained on this fold: that is so of every
    stacking by cross-validation.)

    Args:
        tables: test predictions of each member
        ratings: of every utterance that is tested
        rule: average: every member weighs the same; weighted_average: by least squares, no weight below 0

    Raises:
        UserError: members that were tested on other utterances or folds, or one fold alone

    Source: Breiman (1996), Stacked regressions, doi:10.1007/BF00117832, for the weights
    """
    keys, predicted = _side_by_side(tables)
    rating = dict(zip(ratings.utterance_ids, ratings.values, strict=True))
    truth = np.array([rating[name] for name in keys.utterance_id])
    folds = keys.fold.to_numpy()
    names = list(dict.fromkeys(folds))
    if len(names) < 2:
        raise UserError(
            f"an ensemble for the one fold there is ({names[0]}) must not be fitted to its own test utterances. Choose "
            "a protocol of several folds."
        )
    made, halves, chosen = np.zeros_like(truth), np.zeros_like(truth), {}
    for name in names:
        tested, others = folds == name, folds != name
        weights = _weights(predicted[:, others], truth[others], rule)
        scores = np.einsum("md,mud->ud", weights, predicted)
        match = matching(scores[others], truth[others])
        made[tested] = match(scores[tested])
        halves[tested] = interval_of(np.abs(truth[others] - match(scores[others])))
        chosen[str(name)] = {
            own: dict(zip(tables, weights[:, place].round(4).tolist(), strict=True))
            for place, own in enumerate(ratings.dimensions)
        }
    for place, own in enumerate(ratings.dimensions):
        keys[own], keys[own + TRUTH], keys[own + HALF] = made[:, place], truth[:, place], halves[:, place]
    return RatedEnsemble(keys, chosen)


def _side_by_side(tables: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Keys of the utterances, and what each member predicts for them: (n_members, n_utterances, n_dimensions)."""
    (first, one), *rest = tables.items()
    keys = one[KEYS].reset_index(drop=True)
    dimensions = [name.removesuffix(TRUTH) for name in one.columns if name.endswith(TRUTH)]
    values = [one[dimensions].to_numpy(np.float64)]
    for name, table in rest:
        own = table.set_index("utterance_id").reindex(keys.utterance_id)
        if len(table) != len(keys) or not np.array_equal(own.fold.to_numpy(), keys.fold.to_numpy()):
            raise UserError(
                f"{first} and {name} were tested on other utterances or folds ({len(keys)} and {len(table)} "
                "predictions). Evaluate both again: with the same ratings, protocol and seed of folds."
            )
        values.append(own[dimensions].to_numpy(np.float64))
    return keys, np.stack(values)


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
