"""Posteriors over time made steady: neighbours averaged, then the likeliest path that pays for each change."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEAST = 1e-9  # a probability of zero would forbid a class for ever


def smoothed(posteriors: Array, centres: Array, *, width: float) -> Array:
    """Each row as the mean of its neighbours in time, weighted by a Gaussian of their distance.

    Args:
        posteriors: shape (n_windows, n_classes), rows sum to 1
        centres: of the windows, in s, shape (n_windows,); need not be evenly spaced
        width: standard deviation of the Gaussian, in s; 0 leaves everything as it is

    Returns:
        shape (n_windows, n_classes), rows sum to 1

    Source: Nadaraya (1964), doi:10.1137/1109020
    """
    if width == 0:
        return posteriors
    weights = np.exp(-0.5 * ((centres[:, None] - centres[None]) / width) ** 2)
    return np.asarray(weights @ posteriors / weights.sum(axis=1, keepdims=True))


def steady_path(posteriors: Array, *, change_cost: float) -> NDArray[np.intp]:
    """The row of classes with the largest sum of log posteriors, less `change_cost` for every change of class.

    Args:
        posteriors: shape (n_windows, n_classes)
        change_cost: in nats; 0 takes the likeliest class of each window, infinity one class for all

    Returns:
        column of the class of each window, shape (n_windows,)

    Source: Viterbi (1967), doi:10.1109/TIT.1967.1054010, with the same penalty for all changes
    """
    log = np.log(np.maximum(posteriors, LEAST))
    best, came_from = log[0], np.zeros(log.shape, np.intp)
    for now in range(1, len(log)):
        other = int(best.argmax())
        change = best[other] - change_cost > best
        came_from[now] = np.where(change, other, np.arange(log.shape[1]))
        best = np.where(change, best[other] - change_cost, best) + log[now]
    path = np.empty(len(log), np.intp)
    path[-1] = best.argmax()
    for now in range(len(log) - 1, 0, -1):
        path[now - 1] = came_from[now, path[now]]
    return path
