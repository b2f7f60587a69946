"""The figures of a bundle on a labelled test set, on the classes that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.bundles.reliability import expected_calibration_error
from ser_tasks.errors import UserError
from ser_tasks.evaluation.scoring import Labels, predicted_classes, score

if TYPE_CHECKING:
    from ser_tasks.bundles.inference.prediction import Prediction
    from ser_tasks.params import EvaluationParams

FIGURES = ("uar", "uar_low", "uar_high", "accuracy", "macro_f1", "weighted_f1", "recall")

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LabelledPrediction:
    """One predicted utterance and its label."""

    utterance_id: str
    speaker: str
    truth: str  # a class of the bundle
    prediction: Prediction


def shared_classes(labels: Sequence[str], classes: Sequence[str]) -> tuple[str, ...]:
    """Classes of a bundle that occur among these labels, sorted.

    Args:
        labels: of the utterances that were predicted
        classes: of the bundle

    Raises:
        UserError: fewer than two
    """
    shared = tuple(sorted(set(labels) & set(classes)))
    if len(shared) < 2:
        found = ", ".join(sorted(set(labels))) or "none"
        raise UserError(
            f"the test set and the bundle share {len(shared)} class(es), but two are needed. Found {found}; the bundle "
            f"has {', '.join(classes)}. Choose a label map whose classes have the same names (--preset, --label)."
        )
    return shared


def restricted(posteriors: Array, classes: Sequence[str], kept: Sequence[str]) -> Array:
    """Posteriors given that one of the kept classes is true: those of the others left out, rows sum to 1 again.

    P(c | x, c is kept) = P(c | x) / sum of P(k | x) over the kept k. Where that sum is 0, all kept are equally likely.

    Args:
        posteriors: shape (n_utterances, n_classes)
        classes: of the columns
        kept: some of them, in the order wanted

    Returns:
        shape (n_utterances, n_kept)
    """
    columns = posteriors[:, [list(classes).index(name) for name in kept]]
    if len(kept) == len(classes):
        return columns
    sums = columns.sum(axis=1, keepdims=True)
    return np.where(sums > 0, columns / np.where(sums > 0, sums, 1), 1 / len(kept))


def predictions_table(predictions: Sequence[LabelledPrediction], classes: Sequence[str]) -> pd.DataFrame:
    """One row for each predicted utterance.

    Args:
        predictions: at least one
        classes: that the bundle and the test set share

    Returns:
        columns utterance_id, speaker, truth, emotion (the likeliest of `classes`), confidence (of that), unsure,
        remarks, duration (s), and a posterior for each of `classes`
    """
    own = tuple(predictions[0].prediction.probabilities)
    posteriors = np.array([[one.prediction.probabilities[name] for name in own] for one in predictions])
    kept = pd.DataFrame(restricted(posteriors, own, classes), columns=list(classes))
    head = {
        "utterance_id": [one.utterance_id for one in predictions],
        "speaker": [one.speaker for one in predictions],
        "truth": [one.truth for one in predictions],
        "emotion": predicted_classes(kept, classes),
        "confidence": kept.max(axis=1),
        "unsure": [one.prediction.unsure for one in predictions],
        "remarks": [list(one.prediction.remarks) for one in predictions],
        "duration": [one.prediction.duration for one in predictions],
    }
    return pd.concat([pd.DataFrame(head), kept], axis=1)


def score_labelled(
    predictions: Sequence[LabelledPrediction],
    *,
    classes: Sequence[str],
    unsure_below: float,
    n_bins: int,
    params: EvaluationParams,
) -> dict[str, Any]:
    """The figures, ready for JSON; those of a result are computed as those of every evaluation.

    Args:
        predictions: of the classes below
        classes: that the bundle and the test set share, each the label of one utterance at least
        unsure_below: confidence
        n_bins: of equal mass, for the calibration error
        params: section evaluation of params.yaml

    Returns:
        classes; uar, uar_low, uar_high, accuracy, macro_f1, weighted_f1, recall; confusion (rows the truth); ece;
        unsure (for any reason) and low_confidence, see `unsure_and_others`; outside: share of utterances whose
        likeliest class of all that the bundle has is none of `classes`
    """
    table = predictions_table(predictions, classes)
    labels = Labels(tuple(table.utterance_id), tuple(table.truth), tuple(table.speaker))
    figures, confusion = score(table.assign(fold="all", seed=params.seed), labels, params)
    hits = (table.emotion == table.truth).to_numpy()
    own = np.array([one.prediction.confidence for one in predictions])
    outside = np.mean([one.prediction.emotion not in classes for one in predictions])
    return {
        "classes": list(classes),
        **{name: figures[name] for name in FIGURES},
        "confusion": confusion.tolist(),
        "ece": round(expected_calibration_error(table.confidence.to_numpy(), hits, n_bins=n_bins), 4),
        "unsure": unsure_and_others(table.unsure.to_numpy(bool), hits),
        "low_confidence": unsure_and_others(own < unsure_below, hits),
        "outside": round(float(outside), 4),
    }


def unsure_and_others(unsure: NDArray[np.bool_], hits: NDArray[np.bool_]) -> dict[str, float | None]:
    """Share of the predictions that are unsure, their error, and that of the others; None: there is none."""
    return {
        "share": round(float(unsure.mean()), 4),
        "error": _error(hits[unsure]),
        "error_of_others": _error(hits[~unsure]),
    }


def _error(hits: NDArray[np.bool_]) -> float | None:
    return round(float(1 - hits.mean()), 4) if len(hits) else None


def prediction_rows(table: pd.DataFrame, faults: Mapping[str, tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Rows of `predictions_table`; behind them those without a prediction, with id, speaker, truth and reason alone.

    Args:
        table: of the predictions
        faults: utterance id -> speaker, truth, and what is wrong
    """
    rows: list[dict[str, Any]] = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    empty = dict.fromkeys(map(str, table.columns))
    for name, (speaker, truth, fault) in faults.items():
        known = {"utterance_id": name, "speaker": speaker, "truth": truth, "unsure": True, "remarks": [fault]}
        rows.append(empty | known)
    return rows
