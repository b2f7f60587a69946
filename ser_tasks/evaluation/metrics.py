"""The figures that a result is stated in, all from one confusion matrix."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, half_width, speaker_draws, standard_error

Counts = NDArray[np.int64]


def confusion_matrix(truth: Sequence[str], predicted: Sequence[str], classes: Sequence[str]) -> Counts:
    """Counts of shape (n_classes, n_classes): rows the truth, columns the prediction, both in `classes` order.

    Raises:
        ValueError: a label that is not one of `classes`
    """
    index = {name: i for i, name in enumerate(classes)}
    strangers = sorted((set(truth) | set(predicted)) - set(classes))
    if strangers:
        raise ValueError(f"labels {strangers} are not among the classes {list(classes)}.")
    matrix = np.zeros((len(classes), len(classes)), np.int64)
    np.add.at(matrix, ([index[t] for t in truth], [index[p] for p in predicted]), 1)
    return matrix


def recall_per_class(confusion: NDArray[np.integer]) -> NDArray[np.float64]:
    """Share of each class that was found, shape (..., n_classes); NaN for a class that does not occur."""
    support = confusion.sum(axis=-1)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    return np.where(support > 0, hits / np.maximum(support, 1), np.nan)


def unweighted_average_recall(confusion: NDArray[np.integer]) -> NDArray[np.float64]:
    """UAR, shape (...): the mean of `recall_per_class` over the classes present (EMO-DB's speaker 08 has no disgust).

    Source: Schuller et al. (2009), "The INTERSPEECH 2009 Emotion Challenge"
    """
    recall = recall_per_class(confusion)
    present = ~np.isnan(recall)
    return np.asarray(np.where(present, recall, 0).sum(axis=-1) / np.maximum(present.sum(axis=-1), 1))


def uar_of(truth: NDArray[np.integer], predicted: NDArray[np.integer]) -> float:
    """The same of numbered classes, both of shape (n_utterances,)."""
    return float(np.mean([np.mean(predicted[truth == one] == one) for one in np.unique(truth)]))


def accuracy(confusion: NDArray[np.integer]) -> float:
    """Share of all utterances that were recognised ("weighted accuracy", WA)."""
    return float(np.trace(confusion) / confusion.sum())


def macro_f1(confusion: NDArray[np.integer]) -> float:
    """Mean over the classes that occur, as truth or as prediction, of 2 hits / (truth + predicted)."""
    hits = np.diag(confusion)
    either = confusion.sum(axis=0) + confusion.sum(axis=1)
    return float(np.mean(2 * hits[either > 0] / either[either > 0]))


def weighted_f1(confusion: NDArray[np.integer]) -> float:
    """Mean of the F1 of each class, weighted by how often the class is true: what MELD is usually reported by.

    Args:
        confusion: counts, shape (n_classes, n_classes), rows the truth
    """
    right, meant, said = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    f1 = 2 * right / np.maximum(meant + said, 1)
    return float(np.average(f1, weights=meant))


@dataclass(frozen=True)
class Interval:
    """The two ends of a confidence interval."""

    low: float
    high: float


def uar_interval(
    truth: Sequence[str],
    predicted: Sequence[str],
    speakers: Sequence[str],
    *,
    classes: Sequence[str],
    confidence: float,
    resamples: int,
    seed: int,
) -> Interval:
    """Interval of the pooled UAR, from a bootstrap that draws whole speakers: utterances of one voice go together.

    Its standard error with Student's t, for as many speakers as those of equal size that they are worth. Within [0, 1];
    one speaker says nothing.

    Source: see `ser_tasks.evaluation.speaker_bootstrap`
    """
    answers = pd.DataFrame({"truth": truth, "predicted": predicted}).groupby(np.asarray(speakers))
    per_speaker = np.stack([confusion_matrix(list(own.truth), list(own.predicted), classes) for _, own in answers])
    if len(per_speaker) == 1:
        return Interval(0.0, 1.0)
    draws = speaker_draws(len(per_speaker), resamples=resamples, seed=seed)
    uar = unweighted_average_recall(np.einsum("rs,sij->rij", draws, per_speaker))
    n = effective_speakers(per_speaker.sum(axis=(1, 2)))
    half = half_width(standard_error(uar, n), n, confidence)
    centre = float(unweighted_average_recall(per_speaker.sum(axis=0)))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))
