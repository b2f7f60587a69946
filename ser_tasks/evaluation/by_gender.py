"""Emotion alone, from an evaluation whose classes are of gender and emotion: what its authors' figures compare with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from ser_tasks.evaluation.scoring import Labels, score

if TYPE_CHECKING:
    from ser_tasks.params import EvaluationParams

KEYS = ["utterance_id", "fold", "seed"]
KEPT = ("uar", "uar_low", "uar_high", "accuracy", "macro_f1", "recall")  # of the figures of a result


def emotion_of(name: str) -> str:
    """The emotion of a class: female_anger -> anger."""
    return name.partition("_")[2]


def emotion_figures(predictions: pd.DataFrame, labels: Labels, params: EvaluationParams) -> dict[str, Any]:
    """UAR with its interval, accuracy, F1 and recalls of the same decisions, their gender left out.

    The confusion matrix summed over gender: an angry woman taken for an angry man counts as a hit.

    Args:
        predictions: prediction table, posteriors of female_anger, male_anger ...
        labels: of the corpus, of the same classes
        params: section evaluation of params.yaml
    """
    classes = sorted(set(labels.emotions))
    likeliest = predictions[classes].T.groupby(emotion_of).max().T  # whose maximum is where it was
    table = pd.concat([predictions[KEYS], predictions.truth.map(emotion_of), likeliest], axis=1)
    emotions = replace(labels, emotions=tuple(map(emotion_of, labels.emotions)))
    figures, _ = score(table, emotions, params)
    return {key: figures[key] for key in KEPT}
