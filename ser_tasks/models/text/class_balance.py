"""Class weights between 1 (as often as a class occurs) and equal weight of every class."""

import numpy as np
from numpy.typing import NDArray


def class_shares(truth: NDArray[np.integer], *, n_classes: int) -> NDArray[np.float64]:
    """Share of each class, shape (n_classes,): (count + 1) / (n + n_classes), so that none is 0."""
    counts = np.bincount(truth, minlength=n_classes) + 1.0
    return np.asarray(counts / counts.sum())


def balancing_weights(truth: NDArray[np.integer], *, balance: float) -> NDArray[np.float64]:
    """Weight of each utterance, shape (n,), mean 1: (1 / share of its class) ** balance.

    Args:
        truth: class of each
        balance: 0: all utterances alike, 1: all classes alike
    """
    weights = (len(truth) / np.bincount(truth)[truth]) ** balance
    return np.asarray(weights / weights.mean())


def rebalanced(
    scores: NDArray[np.float64], shares: NDArray[np.float64], *, trained: float, wanted: float
) -> NDArray[np.float64]:
    """Logits of a classifier trained with one balance, as if with another: (..., n_classes).

    Args:
        scores: logits, shape (..., n_classes), or the biases behind them
        shares: of the classes in the training part
        trained, wanted: the balance it was trained with, and the one wanted

    Source: Saerens et al. (2002), doi:10.1162/089976602753284446; Menon et al. (2021), doi:10.48550/arXiv.2007.07314
    """
    return scores + (trained - wanted) * np.log(shares)
