"""Prediction tables for comparisons: one line an utterance."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.evaluation.metrics import confusion_matrix
from ser_tasks.evaluation.scoring import predicted_classes


def by_seed(predictions: pd.DataFrame) -> tuple[pd.DataFrame, ...]:
    """One table a seed, the lowest first, without its column: one line an utterance."""
    return tuple(own.drop(columns="seed").reset_index(drop=True) for _, own in predictions.groupby("seed"))


def every_pair(
    first: Sequence[pd.DataFrame], second: Sequence[pd.DataFrame], speakers: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Each seed of one model beside each of another, so that what is pooled is the mean over seeds of both.

    Args:
        first, second: a table for each seed
        speakers: utterance id -> speaker

    Returns:
        both as one table each, every pair with ids of its own, and the speakers of these
    """
    if len(first) == len(second) == 1:
        return first[0], second[0], dict(speakers)
    pairs = list(product(first, second))
    tables = [
        pd.concat([own[side].assign(utterance_id=_in_pair(own[side], number)) for number, own in enumerate(pairs)])
        for side in (0, 1)
    ]
    everywhere = {f"{name} {number}": speaker for name, speaker in speakers.items() for number in range(len(pairs))}
    return tables[0], tables[1], everywhere


def _in_pair(table: pd.DataFrame, number: int) -> "pd.Series[str]":
    return table.utterance_id + f" {number}"


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
