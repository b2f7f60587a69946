"""Losses of a recogniser under each condition, against its own predictions on the clean recordings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ser_tasks.evaluation.holm import holm
from ser_tasks.evaluation.robustness.condition import Condition
from ser_tasks.evaluation.scoring import FoldOutcome, Labels, predicted_classes, score
from ser_tasks.features.augmentation_copies import CONDITION_MARK as MARK
from ser_tasks.models.ensembles.paired import uar_difference

if TYPE_CHECKING:
    from ser_tasks.params import EvaluationParams

KEPT = ("uar", "uar_low", "uar_high", "recall")  # of the figures of a result


def under(outcome: FoldOutcome, condition: str) -> FoldOutcome:
    """Predictions of a fold's model under one condition, by the ids of the utterances; clean, if it is ""."""
    rows, ids = rows_under(outcome.utterance_ids, condition)
    return FoldOutcome(ids, tuple(outcome.posteriors[row] for row in rows), outcome.chosen)


def rows_under(utterance_ids: Sequence[str], condition: str) -> tuple[list[int], tuple[str, ...]]:
    """The places of the utterances under one condition, and their ids without it; clean, if it is ""."""
    rows = [row for row, name in enumerate(utterance_ids) if name.partition(MARK)[2] == condition]
    return rows, tuple(utterance_ids[row].partition(MARK)[0] for row in rows)


def clean_figures(clean: pd.DataFrame, labels: Labels, params: EvaluationParams) -> dict[str, Any]:
    """UAR with its interval, recalls, and the share of predictions of each class."""
    figures, _ = score(clean, labels, params)
    return {key: figures[key] for key in KEPT} | {"answers": _answers(clean, tuple(figures["recall"]))}


def losses(
    tables: Mapping[str, pd.DataFrame], conditions: Sequence[Condition], labels: Labels, params: EvaluationParams
) -> list[dict[str, Any]]:
    """The figures of each condition, in their order.

    Args:
        tables: prediction tables of each condition by name, the clean one under ""
        conditions: of which there are tables
        labels: of the clean utterances
        params: section evaluation, of intervals and of the paired test by speaker

    Returns:
        for each: what decides it, UAR with its interval, `difference` to the clean UAR with interval and p value, the
        p value adjusted for all conditions together, the share of `labels_changed`, recalls, shares of `answers`
    """
    return with_holm(_loss(tables[""], tables[one.name], one, labels, params) for one in conditions)


def with_holm(found: Iterable[tuple[dict[str, Any], float]]) -> list[dict[str, Any]]:
    """The figures of each condition, the p value of their difference adjusted for all of them (`p_holm`)."""
    figures, values = zip(*found, strict=True)
    for own, p in zip(figures, holm(values), strict=True):
        own["difference"]["p_holm"] = round(p, 4)
    return list(figures)


def _loss(
    clean: pd.DataFrame, degraded: pd.DataFrame, condition: Condition, labels: Labels, params: EvaluationParams
) -> tuple[dict[str, Any], float]:
    """The figures, and the p value of the difference with all its digits."""
    figures, _ = score(degraded, labels, params)
    classes = tuple(figures["recall"])
    speakers = dict(zip(labels.utterance_ids, labels.speakers, strict=True))
    test = uar_difference(
        _one_row_each(degraded),
        _one_row_each(clean),
        {name: speakers[utterance] for name, utterance in zip(_names(clean), clean.utterance_id, strict=True)},
        confidence=params.confidence,
        resamples=params.bootstrap_resamples,
        seed=params.seed,
    )
    said = clean.assign(said=predicted_classes(clean, classes)).merge(
        degraded.assign(said=predicted_classes(degraded, classes)), on=["utterance_id", "seed"], validate="one_to_one"
    )
    stated = {
        "condition": condition.name,
        **condition.facts(),
        **{key: figures[key] for key in KEPT},
        "difference": test.figures(),
        "labels_changed": round(float((said.said_x != said.said_y).mean()), 4),
        "answers": _answers(degraded, classes),
    }
    return stated, test.p


def _one_row_each(predictions: pd.DataFrame) -> pd.DataFrame:
    """Several seeds predict an utterance: each prediction is a row of its own to the paired test."""
    return predictions.assign(utterance_id=_names(predictions))


def _names(predictions: pd.DataFrame) -> pd.Series[str]:
    return predictions.utterance_id + " seed " + predictions.seed.astype(str)


def _answers(predictions: pd.DataFrame, classes: Sequence[str]) -> dict[str, float]:
    """Share of each class among the predictions."""
    said = np.array(predicted_classes(predictions, classes))
    return {name: round(float(np.mean(said == name)), 4) for name in classes}
