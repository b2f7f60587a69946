"""Scores into posteriors by one temperature, fitted on scores of utterances that were not learnt from."""

import numpy as np
from numpy.typing import NDArray


def fit_temperature(scores: NDArray[np.float64], truth: NDArray[np.integer]) -> float:
    """The temperature T that makes softmax(scores / T) most likely; T > 1 softens.

    Args:
        scores: shape (n_utterances, n_classes), of utterances held out from the fit of the scorer
        truth: column of the right class of each utterance, shape (n_utterances,)

    Source: Guo et al. (2017), "On Calibration of Modern Neural Networks"
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415  dear, and planning a fold needs none of it
    from scipy.special import log_softmax  # noqa: PLC0415

    rows = np.arange(len(scores))

    def negative_log_likelihood(log_temperature: float) -> float:
        return -float(log_softmax(scores / np.exp(log_temperature), axis=1)[rows, truth].mean())

    return float(np.exp(minimize_scalar(negative_log_likelihood, bounds=(-6, 6), method="bounded").x))


def posteriors(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """softmax(scores / temperature): the order of the classes stays as the scores have it."""
    from scipy.special import softmax  # noqa: PLC0415

    return np.asarray(softmax(scores / temperature, axis=1))
