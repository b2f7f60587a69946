"""Prediction tables for comparisons: one line an utterance."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.evaluation.metrics import confusion_matrix
from ser_tasks.evaluation.scoring import predicted_classes

ABOUT = ("utterance_id", "fold", "seed", "truth")


def one_line_each(predictions: pd.DataFrame) -> pd.DataFrame:
    """Columns utterance_id, fold, truth, and a posterior for each class, the mean of the seeds."""
    classes = [name for name in predictions.columns if name not in ABOUT]
    return predictions.groupby(["utterance_id", "fold", "truth"], as_index=False, sort=False)[classes].mean()


def posteriors(answers: pd.DataFrame, classes: Sequence[str]) -> NDArray[np.float64]:
    """Shape (n_utterances, n_classes)."""
    return answers[list(classes)].to_numpy(np.float64)


def likeliest_classes(answers: pd.DataFrame, classes: Sequence[str]) -> list[str]:
    """The likeliest class of each utterance."""
    return predicted_classes(answers, classes)


def truth_index(answers: pd.DataFrame, classes: Sequence[str]) -> NDArray[np.intp]:
    """Column of the right class of each utterance."""
    return pd.Index(classes).get_indexer(pd.Index(answers.truth))


def confusion(answers: pd.DataFrame, classes: Sequence[str]) -> NDArray[np.int64]:
    """Counts of shape (n_classes, n_classes), rows the truth."""
    return confusion_matrix(list(answers.truth), likeliest_classes(answers, classes), classes)
