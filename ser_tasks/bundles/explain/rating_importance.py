"""Importance of groups of features to a model of dimensions: what is lost of its CCC when one is shuffled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ser_tasks.bundles.explain.group_importance import each_shuffled, observed
from ser_tasks.evaluation.dimensions.agreement import Rated
from ser_tasks.evaluation.dimensions.comparison import CccDifference, ccc_difference
from ser_tasks.evaluation.dimensions.scoring import (
    DimensionOutcome,
    Ratings,
    as_rated,
    evaluate_dimension_fold,
    prediction_table,
)
from ser_tasks.models.speaker_norm import speaker_norm

if TYPE_CHECKING:
    from pathlib import Path

    from ser_tasks.bundles.explain.group_importance import Columns, Matrix
    from ser_tasks.evaluation.splits import Fold
    from ser_tasks.models.dimensions.regressor import DimensionModel
    from ser_tasks.params import EvaluationParams, Params


@dataclass(frozen=True)
class ShuffledRatings:
    """One fold's predictions of its test set as it is, and with each group shuffled, several times."""

    fold: Fold
    intact: DimensionOutcome
    shuffled: Mapping[str, tuple[DimensionOutcome, ...]]


@dataclass(frozen=True)
class CccDrop:
    """What the mean CCC loses with a group, and the CCC of each dimension."""

    mean: CccDifference
    each: Mapping[str, CccDifference]


def shuffled_ratings_fold(
    fold: Fold,
    ratings: Ratings,
    features: Matrix,
    model: DimensionModel,
    params: Params,
    *,
    groups: Mapping[str, Columns],
    repeats: int,
    seed: int,
    folder: Path | None = None,
) -> ShuffledRatings:
    """Predictions of one model, fitted once, for the test set with one group shuffled each time.

    Args:
        fold, ratings, model, params, folder: as in `evaluate_dimension_fold`
        features: of every rated utterance, shape (n_utterances, n_dims)
        groups, repeats, seed: as in `group_importance.shuffled_fold`, which names the sources
    """
    line, built = observed(model)
    intact = evaluate_dimension_fold(fold, ratings, features, line, params, seed=seed, folder=folder)
    if model.speaker_norm:
        features = np.asarray(speaker_norm(features, np.array(ratings.speakers)))
    row_of = {name: row for row, name in enumerate(ratings.utterance_ids)}
    test = features[[row_of[name] for name in fold.test]]

    def predicted(values: Matrix) -> DimensionOutcome:
        rows = tuple(tuple(map(float, row)) for row in built[-1].predict(values))
        return DimensionOutcome(fold.test, rows, intact.half_widths, {})

    shuffled = each_shuffled(test, predicted, groups, repeats=repeats, seed=(seed, fold.name))
    return ShuffledRatings(fold, intact, shuffled)


def ccc_drops(folds: Sequence[ShuffledRatings], ratings: Ratings, params: EvaluationParams) -> dict[str, CccDrop]:
    """Pooled CCC as it is less that with a group shuffled, over the predictions of all shuffles; by speaker.

    Args:
        folds: of one evaluation
        ratings: of every rated utterance
        params: of the intervals
    """

    def rated(outcomes: Sequence[DimensionOutcome]) -> Rated:
        table = prediction_table([own.fold for own in folds], outcomes, ratings, seed=params.seed)
        return as_rated(table, ratings)

    intact, found = rated([own.intact for own in folds]), {}
    for name, repeats in folds[0].shuffled.items():
        mixed = _joined([rated([own.shuffled[name][number] for own in folds]) for number in range(len(repeats))])
        each = {
            dimension: ccc_difference(_one(intact, place), _one(mixed, place), params)
            for place, dimension in enumerate(ratings.dimensions)
        }
        found[name] = CccDrop(ccc_difference(intact, mixed, params), each)
    return found


def _joined(several: Sequence[Rated]) -> Rated:
    return Rated(
        np.concatenate([own.truth for own in several]),
        np.concatenate([own.predicted for own in several]),
        np.concatenate([own.speakers for own in several]),
    )


def _one(rated: Rated, place: int) -> Rated:
    return Rated(rated.truth[:, place : place + 1], rated.predicted[:, place : place + 1], rated.speakers)
