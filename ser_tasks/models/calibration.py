"""Posteriors from scores by one temperature, fitted on scores of held-out utterances."""

import numpy as np
from numpy.typing import NDArray

ABSENT = -np.inf  # score of a class that the training part lacks: its posterior is 0 at any temperature


def for_every_class(scores: NDArray[np.float64], learnt: NDArray[np.integer], *, n_classes: int) -> NDArray[np.float64]:
    """Scores of the classes in the training set, in the columns of all classes: ABSENT in the others.

    Args:
        scores: shape (n_utterances, n_trained); of two classes (n_utterances,), as scikit-learn has it: above 0 for the
            second
        learnt: column of each class in the training set, shape (n_trained,)

    Returns:
        shape (n_utterances, n_classes)
    """
    found = np.full((len(scores), n_classes), ABSENT)
    found[:, learnt] = np.column_stack([-scores, scores]) if scores.ndim == 1 else scores
    return found


def fit_temperature(scores: NDArray[np.float64], truth: NDArray[np.integer]) -> float:
    """The temperature T that makes softmax(scores / T) most likely; T > 1 softens.

    Args:
        scores: shape (n_utterances, n_classes), of utterances held out from the fit of the scorer
        truth: column of the right class of each utterance, shape (n_utterances,); those whose class is not
            in the training set (ABSENT) do not count. Without any other it is 1

    Source: Guo et al. (2017), "On Calibration of Modern Neural Networks"
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415  dear, and planning a fold needs none of it
    from scipy.special import log_softmax  # noqa: PLC0415

    known = np.isfinite(scores[np.arange(len(scores)), truth])
    scores, truth, rows = scores[known], truth[known], np.arange(known.sum())
    if not len(rows):
        return 1.0

    def negative_log_likelihood(log_temperature: float) -> float:
        return -float(log_softmax(scores / np.exp(log_temperature), axis=1)[rows, truth].mean())

    return float(np.exp(minimize_scalar(negative_log_likelihood, bounds=(-6, 6), method="bounded").x))


def posteriors(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """softmax(scores / temperature): the order of the classes stays as the scores have it."""
    from scipy.special import softmax  # noqa: PLC0415

    return np.asarray(softmax(scores / temperature, axis=1))
