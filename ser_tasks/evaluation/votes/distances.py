"""How far posteriors are from the distribution of votes, utterance by utterance, in nats.

Two rules keep what is measured finite. Of every posterior a share SHARED is given to all classes alike: an answer that
rules out what a rater said costs much, and not everything. Counts of votes, where they are the prediction, are first
increased by HALF a vote for each class.

Sources: Kullback & Leibler (1951), doi:10.1214/aoms/1177729694; Lin (1991), doi:10.1109/18.61115, for the divergence of
Jensen and Shannon; Krichevsky & Trofimov (1981), doi:10.1109/TIT.1981.1056331, for half a vote
"""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

SHARED = 0.01  # of each posterior
HALF = 0.5  # votes


def distribution(counts: NDArray[np.integer]) -> Matrix:
    """Share of the votes that each class has, shape (n, n_classes) as `counts`; every row has a vote."""
    return np.asarray(counts / counts.sum(axis=1, keepdims=True), np.float64)


def smoothed(posteriors: Matrix) -> Matrix:
    """Posteriors of which SHARED is given to all classes alike, shape (n, n_classes).

    >>> smoothed(np.array([[1.0, 0.0]])).tolist()
    [[0.995, 0.005]]
    """
    return np.asarray((1 - SHARED) * posteriors + SHARED / posteriors.shape[1])


def entropy(shares: Matrix) -> Vector:
    """Of each row, shape (n,): what no answer can go below in cross-entropy."""
    return np.asarray(-_times_log(shares, shares).sum(axis=1))


def cross_entropy(shares: Matrix, posteriors: Matrix) -> Vector:
    """Mean over the raters of -log of what the smoothed posterior gives their class, shape (n,).

    Args:
        shares: of the votes, shape (n, n_classes)
        posteriors: the same shape; rows sum to 1
    """
    return np.asarray(-(shares * np.log(smoothed(posteriors))).sum(axis=1))


def kullback_leibler(shares: Matrix, posteriors: Matrix) -> Vector:
    """KL(votes || smoothed posterior), shape (n,): cross-entropy less the entropy of the votes."""
    return cross_entropy(shares, posteriors) - entropy(shares)


def jensen_shannon(shares: Matrix, posteriors: Matrix) -> Vector:
    """Mean KL of both to their mean, shape (n,): 0 to log 2; needs no smoothing."""
    middle = (shares + posteriors) / 2
    own = _times_log(shares, shares) + _times_log(posteriors, posteriors)
    return np.asarray((own / 2 - _times_log(middle, middle)).sum(axis=1))


def _times_log(weights: Matrix, values: Matrix) -> Matrix:
    """Weight times log of value; 0 where the weight is."""
    return np.asarray(weights * np.log(np.where(weights > 0, values, 1)))
