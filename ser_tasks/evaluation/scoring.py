"""From folds to a result: fit on the training part, posteriors for the test part, figures over all folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.evaluation.metrics import (
    accuracy,
    confusion_matrix,
    macro_f1,
    recall_per_class,
    uar_interval,
    unweighted_average_recall,
    weighted_f1,
)
from ser_tasks.models.recogniser import Examples, Features, Model
from ser_tasks.models.speaker_norm import speaker_norm
from ser_tasks.models.unfitted import check_unfitted

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.evaluation.splits import Fold
    from ser_tasks.params import EvaluationParams, Params


@dataclass(frozen=True)
class Labels:
    """Labels of utterances, one entry each: all that a fold may know besides their features."""

    utterance_ids: tuple[str, ...]
    emotions: tuple[str, ...]
    speakers: tuple[str, ...]

    @classmethod
    def of(cls, utterances: pd.DataFrame) -> Labels:
        """The three columns of an utterance table."""
        return cls(tuple(utterances.utterance_id), tuple(utterances.emotion), tuple(utterances.speaker))


@dataclass(frozen=True)
class FoldOutcome:
    """Posteriors of shape (n_test, n_classes) for the fold's test utterances, and what the model chose."""

    utterance_ids: tuple[str, ...]
    posteriors: tuple[tuple[float, ...], ...]
    chosen: Mapping[str, Any]


def evaluate_fold(
    fold: Fold,
    labels: Labels,
    features: Features,
    model: Model,
    params: Params,
    *,
    seed: int,
    copies: tuple[Features, ...] = (),
    folder: Path | None = None,
) -> FoldOutcome:
    """Fit on `fold.train` and predict `fold.test`, once.

    Args:
        fold: its parts, as utterance ids
        labels: of every utterance of the corpus, in the order of `features`
        features: one row or one array of frames for each utterance, computed from each utterance's own audio alone
        model: a line of the model table
        params: of the whole project; the model reads its own section
        seed: of whatever the model draws at random
        copies: the same with the sound augmented; only those of the training part are trained on
        folder: where a model that takes long keeps its state
    """
    if model.speaker_norm:
        features = speaker_norm(features, np.array(labels.speakers))
        copies = tuple(speaker_norm(copy, np.array(labels.speakers)) for copy in copies)
    everything = Examples(features, np.array(labels.emotions), np.array(labels.speakers), copies)
    row_of = {name: row for row, name in enumerate(labels.utterance_ids)}
    train, validation, test = (
        everything.part([row_of[name] for name in ids]) for ids in (fold.train, fold.validation, fold.test)
    )
    classes = tuple(sorted(set(labels.emotions)))
    recogniser = model.build(model.section(params), classes=classes, seed=seed)
    check_unfitted(recogniser, where=fold.name)
    chosen = recogniser.fit(train, validation if fold.validation else None, folder=folder)
    posteriors = recogniser.posteriors(test.features)
    return FoldOutcome(fold.test, tuple(tuple(float(p) for p in row) for row in posteriors), dict(chosen))


def prediction_table(runs: Sequence[tuple[Fold, int]], outcomes: Sequence[FoldOutcome], labels: Labels) -> pd.DataFrame:
    """Columns utterance_id, fold, seed, truth, and one posterior per class, in the order of the runs (fold, seed)."""
    truth = dict(zip(labels.utterance_ids, labels.emotions, strict=True))
    classes = sorted(set(labels.emotions))
    tables = []
    for (fold, seed), outcome in zip(runs, outcomes, strict=True):
        table = pd.DataFrame(np.array(outcome.posteriors), columns=classes)
        table.insert(0, "truth", [truth[name] for name in outcome.utterance_ids])
        table.insert(0, "seed", seed)
        table.insert(0, "fold", fold.name)
        table.insert(0, "utterance_id", outcome.utterance_ids)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def predicted_classes(predictions: pd.DataFrame, classes: Sequence[str]) -> list[str]:
    """The likeliest class of each row."""
    return [classes[i] for i in predictions[list(classes)].to_numpy().argmax(axis=1)]


def score(
    predictions: pd.DataFrame, labels: Labels, params: EvaluationParams
) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """The figures of a result, pooled over folds and seeds (the headline) and for each, and the confusion matrix.

    Every seed answers for every utterance once, so what is pooled over seeds is their mean.

    Returns:
        a dictionary ready for JSON, and counts of shape (n_classes, n_classes), rows the truth
    """
    classes = tuple(sorted(set(labels.emotions)))
    speakers = dict(zip(labels.utterance_ids, labels.speakers, strict=True))
    predicted = predicted_classes(predictions, classes)
    pooled = confusion_matrix(list(predictions.truth), predicted, classes)
    interval = uar_interval(
        list(predictions.truth),
        predicted,
        [speakers[name] for name in predictions.utterance_id],
        classes=classes,
        confidence=params.confidence,
        resamples=params.bootstrap_resamples,
        seed=params.seed,
    )
    per_fold = _per_fold(predictions.assign(predicted=predicted), classes)
    fold_uars = [fold["uar"] for fold in per_fold]
    seed_uars = [_uar_of(part, classes) for _, part in predictions.assign(predicted=predicted).groupby("seed")]
    return {
        "uar": _round(unweighted_average_recall(pooled)),
        "uar_low": _round(interval.low),
        "uar_high": _round(interval.high),
        "accuracy": _round(accuracy(pooled)),
        "macro_f1": _round(macro_f1(pooled)),
        "uar_fold_mean": _round(np.mean(fold_uars)),
        "uar_fold_sd": _round(np.std(fold_uars)),
        "uar_seeds": [_round(uar) for uar in seed_uars],
        "recall": dict(zip(classes, map(_round, recall_per_class(pooled)), strict=True)),
        "folds": per_fold,
        "weighted_f1": _round(weighted_f1(pooled)),
    }, pooled


def _uar_of(predictions: pd.DataFrame, classes: Sequence[str]) -> float:
    matrix = confusion_matrix(list(predictions.truth), list(predictions.predicted), classes)
    return float(unweighted_average_recall(matrix))


def _per_fold(predictions: pd.DataFrame, classes: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for (name, seed), part in predictions.groupby(["fold", "seed"], sort=False):
        matrix = confusion_matrix(list(part.truth), list(part.predicted), classes)
        rows.append(
            {
                "fold": name,
                "seed": int(str(seed)),
                "uar": _round(unweighted_average_recall(matrix)),
                "accuracy": _round(accuracy(matrix)),
                "macro_f1": _round(macro_f1(matrix)),
                "test_utterances": len(part),
            }
        )
    return rows


def _round(value: float | np.floating | NDArray[np.float64]) -> float:
    return round(float(value), 4)
