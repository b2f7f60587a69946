"""From folds to a result of dimensions: fit on the training part, predict the test part, figures over all folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.evaluation.dimensions.agreement import (
    Rated,
    concordance,
    concordance_intervals,
    mean_absolute_error,
    pearson,
    root_mean_square_error,
)
from ser_tasks.models.dimensions.regressor import DimensionModel, RatedExamples
from ser_tasks.models.speaker_norm import speaker_norm

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from pathlib import Path

    from ser_tasks.evaluation.splits import Fold
    from ser_tasks.features.stored_rows import StoredRows
    from ser_tasks.params import EvaluationParams, Params

TRUTH, HALF = " rated", " half-width"  # end the names of columns of predictions


@dataclass(frozen=True)
class Ratings:
    """Ratings of utterances, one entry each: all that a fold may know besides their features.

    Attributes:
        dimensions: those that the corpus is rated in
        values: a row for each utterance, 1 to 5
    """

    utterance_ids: tuple[str, ...]
    dimensions: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    speakers: tuple[str, ...]

    @classmethod
    def of(cls, utterances: pd.DataFrame, dimensions: Sequence[str]) -> Ratings:
        """Of an utterance table in which each is rated in all of them."""
        rows = utterances[list(dimensions)].itertuples(index=False, name=None)
        values = tuple(tuple(float(value) for value in row) for row in rows)
        return cls(tuple(utterances.utterance_id), tuple(dimensions), values, tuple(utterances.speaker))


@dataclass(frozen=True)
class DimensionOutcome:
    """Predictions of shape (n_test, n_dimensions), half-widths of their intervals, and what the model chose."""

    utterance_ids: tuple[str, ...]
    predicted: tuple[tuple[float, ...], ...]
    half_widths: tuple[float, ...]
    chosen: Mapping[str, Any]


def evaluate_dimension_fold(
    fold: Fold,
    ratings: Ratings,
    features: NDArray[Any] | StoredRows,
    model: DimensionModel,
    params: Params,
    *,
    seed: int,
    folder: Path | None = None,
) -> DimensionOutcome:
    """Fit on `fold.train` and its official validation part, and predict `fold.test`, once.

    Args:
        fold: its parts, as utterance ids
        ratings: of every rated utterance of the corpus, in the order of `features`
        features: one row for each, computed from each utterance's own audio alone; or frames, or dialogues of words
        model: a line of the table
        params: of the whole project; the model reads its own section
        seed: of whatever the model draws at random
        folder: of this fold alone, where a network on frames keeps its state; None: nowhere
    """
    speakers = np.array(ratings.speakers)
    if model.speaker_norm:
        assert isinstance(features, np.ndarray), "a line of the table has either speaker_norm or from_disk"
        features = np.asarray(speaker_norm(features, speakers))
    everything = RatedExamples(features, np.array(ratings.values), speakers)
    row_of = {name: row for row, name in enumerate(ratings.utterance_ids)}
    train, test = ([row_of[name] for name in ids] for ids in (fold.train + fold.validation, fold.test))
    regressor, chosen = model.fitted(model.section(params), everything.part(train), seed=seed, folder=folder)
    predicted = regressor.predict(features[test])
    rows = tuple(tuple(float(value) for value in row) for row in predicted)
    return DimensionOutcome(fold.test, rows, tuple(map(float, regressor.half_widths())), dict(chosen))


def prediction_table(
    folds: Sequence[Fold], outcomes: Sequence[DimensionOutcome], ratings: Ratings, *, seed: int
) -> pd.DataFrame:
    """Columns utterance_id, fold, seed; for each dimension its prediction, what it is rated, and half its interval."""
    rated = dict(zip(ratings.utterance_ids, ratings.values, strict=True))
    tables = []
    for fold, outcome in zip(folds, outcomes, strict=True):
        table = pd.DataFrame({"utterance_id": outcome.utterance_ids, "fold": fold.name, "seed": seed})
        truth, predicted = np.array([rated[name] for name in outcome.utterance_ids]), np.array(outcome.predicted)
        for place, name in enumerate(ratings.dimensions):
            table[name], table[name + TRUTH] = predicted[:, place], truth[:, place]
            table[name + HALF] = outcome.half_widths[place]
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def score_dimensions(predictions: pd.DataFrame, ratings: Ratings, params: EvaluationParams) -> dict[str, Any]:
    """The figures of a result, pooled over folds (the headline) and for each; ready for JSON.

    `ccc` is the mean over the dimensions. Of each: CCC with its interval, Pearson's correlation, RMSE and MAE in units
    of the scale, and how many ratings lie in the interval about their prediction, and how wide it is.
    """
    rated = as_rated(predictions, ratings)
    *own, whole = concordance_intervals(
        rated, confidence=params.confidence, resamples=params.bootstrap_resamples, seed=params.seed
    )
    each = {name: _figures(predictions[name + TRUTH], predictions[name]) for name in ratings.dimensions}
    folds = [_of_fold(str(name), part, ratings) for name, part in predictions.groupby("fold", sort=False)]
    return {
        "ccc": _round(np.mean([figures["ccc"] for figures in each.values()])),
        "ccc_low": _round(whole.low),
        "ccc_high": _round(whole.high),
        "ccc_fold_mean": _round(np.mean([fold["ccc"] for fold in folds])),
        "ccc_fold_sd": _round(np.std([fold["ccc"] for fold in folds])),
        "dimensions": {
            name: {
                "ccc": _round(figures.pop("ccc")),
                "ccc_low": _round(interval.low),
                "ccc_high": _round(interval.high),
                **{key: _round(value) for key, value in figures.items()},
                **_interval_figures(predictions, name),
            }
            for (name, figures), interval in zip(each.items(), own, strict=True)
        },
        "folds": folds,
    }


def as_rated(predictions: pd.DataFrame, ratings: Ratings) -> Rated:
    """The table as arrays, with the speaker of each row."""
    speakers = dict(zip(ratings.utterance_ids, ratings.speakers, strict=True))
    names = list(ratings.dimensions)
    return Rated(
        predictions[[name + TRUTH for name in names]].to_numpy(np.float64),
        predictions[names].to_numpy(np.float64),
        np.array([speakers[name] for name in predictions.utterance_id]),
    )


def _figures(truth: pd.Series, predicted: pd.Series) -> dict[str, float]:
    measures = {
        "ccc": concordance,
        "pearson": pearson,
        "rmse": root_mean_square_error,
        "mae": mean_absolute_error,
    }
    return {name: own(truth.to_numpy(), predicted.to_numpy()) for name, own in measures.items()}


def _interval_figures(predictions: pd.DataFrame, name: str) -> dict[str, float]:
    """Share of the ratings inside the intervals of the predictions, and their mean width in units of the scale."""
    half = predictions[name + HALF]
    inside = (predictions[name] - predictions[name + TRUTH]).abs() <= half
    return {"interval_coverage": _round(inside.mean()), "interval_width": _round(2 * half.mean())}


def _of_fold(name: str, part: pd.DataFrame, ratings: Ratings) -> dict[str, Any]:
    own = {each: concordance(part[each + TRUTH].to_numpy(), part[each].to_numpy()) for each in ratings.dimensions}
    return {
        "fold": name,
        "seed": int(part.seed.iloc[0]),
        "ccc": _round(np.mean(list(own.values()))),
        **{f"ccc_{each}": _round(value) for each, value in own.items()},
        "test_utterances": len(part),
    }


def _round(value: float | np.floating | NDArray[np.float64]) -> float:
    return round(float(value), 4)
