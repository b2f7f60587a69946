"""The figures of a bundle of dimensions on rated recordings, in the dimensions that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ser_tasks.bundles.inference.estimate import columns_of, values_of
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.scoring import HALF, TRUTH, Ratings, score_dimensions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ser_tasks.bundles.inference.estimate import DimensionPrediction
    from ser_tasks.params import EvaluationParams

FIGURES = ("ccc", "ccc_low", "ccc_high", "dimensions")
RATED = "_rated"  # ends the name of the column of a rating


def shared_dimensions(rated: Sequence[str], predicted: Sequence[str]) -> tuple[str, ...]:
    """Dimensions that a test set is rated in and a bundle predicts, in the order of the bundle.

    Raises:
        UserError: none
    """
    shared = tuple(name for name in predicted if name in rated)
    if not shared:
        raise UserError(
            f"the test set is rated in {', '.join(rated)}, the bundle predicts {', '.join(predicted)}: nothing can be "
            "compared. Name a corpus that is rated in one of these."
        )
    return shared


def score_ratings_of(
    predictions: Mapping[str, DimensionPrediction],
    ratings: Ratings,
    *,
    half_widths: Mapping[str, float],
    params: EvaluationParams,
) -> dict[str, Any]:
    """The figures, ready for JSON; those of a result are computed as those of every evaluation.

    Args:
        predictions: by utterance id
        ratings: of these utterances, in the order of the predictions, in the shared dimensions
        half_widths: of the intervals about the predictions, for each dimension, in steps of the scale
        params: section evaluation of params.yaml

    Returns:
        ccc, ccc_low, ccc_high (the mean over the dimensions); dimensions: of each its CCC with interval, pearson, rmse,
        mae, interval_coverage, interval_width; unsure, see `unsure_and_others`
    """
    names = ratings.dimensions
    predicted = np.array([[one.dimensions[name].value for name in names] for one in predictions.values()])
    truth = np.array(ratings.values)
    table = pd.DataFrame({"utterance_id": ratings.utterance_ids, "fold": "all", "seed": params.seed})
    for place, name in enumerate(names):
        table[name], table[name + TRUTH] = predicted[:, place], truth[:, place]
        table[name + HALF] = half_widths[name]
    figures = score_dimensions(table, ratings, params)
    unsure = np.array([one.unsure for one in predictions.values()])
    errors = np.abs(predicted - truth).mean(axis=1)
    return {name: figures[name] for name in FIGURES} | {"unsure": unsure_and_others(unsure, errors)}


def unsure_and_others(unsure: NDArray[np.bool_], errors: NDArray[np.float64]) -> dict[str, float | None]:
    """Share of the predictions that are unsure, their mean absolute error, and that of the others; None: no such.

    Args:
        unsure: shape (n_utterances,)
        errors: absolute, the mean over the dimensions, in steps of the scale; shape (n_utterances,)
    """
    return {
        "share": round(float(unsure.mean()), 4),
        "mae": _mean(errors[unsure]),
        "mae_of_others": _mean(errors[~unsure]),
    }


def _mean(errors: NDArray[np.float64]) -> float | None:
    return round(float(errors.mean()), 4) if len(errors) else None


def rating_rows(
    predictions: Mapping[str, DimensionPrediction],
    rated: pd.DataFrame,
    faults: Mapping[str, str],
    dimensions: Sequence[str],
) -> list[dict[str, Any]]:
    """One row for each utterance: id, speaker, then of each dimension its rating and its prediction with its interval.

    Args:
        predictions: by utterance id; those of `faults` stand behind them, without numbers, the reason as their remark
        rated: columns utterance_id, speaker, and the dimensions
        faults: utterance id -> what is wrong
        dimensions: those that are scored
    """
    known = rated.set_index("utterance_id")
    nothing: dict[str, Any] = dict.fromkeys([*columns_of(dimensions), "duration"])
    columns = {
        name: values_of({each: one.dimensions[each] for each in dimensions})
        | {"unsure": one.unsure, "remarks": list(one.remarks), "duration": one.duration}
        for name, one in predictions.items()
    } | {name: nothing | {"unsure": True, "remarks": [fault]} for name, fault in faults.items()}
    return [
        {"utterance_id": name, "speaker": known.speaker[name]}
        | {f"{each}{RATED}": float(known[each][name]) for each in dimensions}
        | own
        for name, own in columns.items()
    ]
