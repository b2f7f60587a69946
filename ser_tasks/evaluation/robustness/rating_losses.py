"""Losses of a model of dimensions under each condition, against its own predictions on the clean recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ser_tasks.evaluation.dimensions.comparison import ccc_difference
from ser_tasks.evaluation.dimensions.scoring import DimensionOutcome, Ratings, as_rated, score_dimensions
from ser_tasks.evaluation.robustness.condition import Condition
from ser_tasks.evaluation.robustness.losses import rows_under, with_holm

if TYPE_CHECKING:
    import pandas as pd

    from ser_tasks.params import EvaluationParams

KEPT = ("ccc", "ccc_low", "ccc_high")  # of the figures of a result
KEPT_OF_EACH = (*KEPT, "interval_coverage")  # of each dimension


def ratings_under(outcome: DimensionOutcome, condition: str) -> DimensionOutcome:
    """Predictions of a fold's model under one condition, by the ids of the utterances; clean, if it is ""."""
    rows, ids = rows_under(outcome.utterance_ids, condition)
    return DimensionOutcome(ids, tuple(outcome.predicted[row] for row in rows), outcome.half_widths, outcome.chosen)


def figures_of_ratings(table: pd.DataFrame, ratings: Ratings, params: EvaluationParams) -> dict[str, Any]:
    """Mean CCC with its interval, and of each dimension with how many ratings lie in the predicted intervals."""
    figures = score_dimensions(table, ratings, params)
    return {key: figures[key] for key in KEPT} | {"dimensions": _each(figures)}


def rating_losses(
    tables: Mapping[str, pd.DataFrame], conditions: Sequence[Condition], ratings: Ratings, params: EvaluationParams
) -> list[dict[str, Any]]:
    """The figures of each condition, in their order.

    Args:
        tables: prediction tables of each condition by name, the clean one under ""
        conditions: of which there are tables
        ratings: of the clean utterances
        params: section evaluation, of intervals and of the paired test by speaker

    Returns:
        for each: what decides it, mean CCC with its interval, `difference` to the clean one with interval and p value,
        the p value adjusted for all conditions together; of each dimension CCC with its interval, coverage of the
        predicted intervals, and `shift`: by how much predictions are higher in the mean, in units of the scale
    """
    return with_holm(_loss(tables[""], tables[one.name], one, ratings, params) for one in conditions)


def _loss(
    clean: pd.DataFrame, degraded: pd.DataFrame, condition: Condition, ratings: Ratings, params: EvaluationParams
) -> tuple[dict[str, Any], float]:
    """The figures, and the p value of the difference with all its digits."""
    figures, each = figures_of_ratings(degraded, ratings, params), {}
    for name, own in figures.pop("dimensions").items():
        each[name] = own | {"shift": round(float(degraded[name].mean() - clean[name].mean()), 4)}
    test = ccc_difference(as_rated(degraded, ratings), as_rated(clean, ratings), params)
    stated = {
        "condition": condition.name,
        **condition.facts(),
        **figures,
        "difference": test.figures(),
        "dimensions": each,
    }
    return stated, test.p


def _each(figures: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    return {name: {key: own[key] for key in KEPT_OF_EACH} for name, own in figures["dimensions"].items()}
