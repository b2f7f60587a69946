"""What features vary by: principal components, and how much of each differs between groups of utterances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CONSTANT = 1e-9  # standard deviation, as a share of the largest value, below which a column does not vary


class Components(NamedTuple):
    """Utterances on the principal components of their standardised features."""

    scores: Array  # (n_utterances, n_components)
    variance: Array  # share of all variance in each, (n_components,)


def standardised(features: NDArray[np.floating]) -> Array:
    """Zero mean and standard deviation one: (n_utterances, n_dims) -> the same less the columns that do not vary."""
    values = np.asarray(features, np.float64)
    std = values.std(axis=0)
    varies = std > CONSTANT * np.maximum(np.abs(values).max(axis=0), 1e-300)
    return np.asarray((values[:, varies] - values[:, varies].mean(axis=0)) / std[varies])


def principal_components(values: Array, *, n_components: int) -> Components:
    """The first components, as many as there are at most; of each the sign is that its largest weight is positive.

    Args:
        values: standardised, shape (n_utterances, n_dims)
        n_components: at most

    Source: Pearson (1901), doi:10.1080/14786440109462720
    """
    left, singular, weights = np.linalg.svd(values, full_matrices=False)
    n_components = min(n_components, len(singular))
    rows = np.arange(n_components)
    signs = np.sign(weights[rows, np.abs(weights[:n_components]).argmax(axis=1)])
    scores = left[:, :n_components] * singular[:n_components] * signs
    return Components(scores, (singular**2 / (singular**2).sum())[:n_components])


def eta_squared(values: Array, groups: Sequence[str]) -> Array:
    """Share of the variance of each column that lies between groups: 0 where their means are equal, 1 within none.

    Groups that mean nothing have (n_groups - 1) / (n_utterances - 1) in the mean.

    Args:
        values: shape (n_utterances, n_dims)
        groups: of each utterance, shape (n_utterances,)

    Returns:
        shape (n_dims,), 0 for a column that does not vary

    Source: Fisher (1925), "Statistical Methods for Research Workers", intraclass correlations and analysis of variance
    """
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    sizes = np.bincount(place)
    sums = np.zeros((len(names), values.shape[1]))
    np.add.at(sums, place, values)
    centre = values.mean(axis=0)
    between = (sizes[:, None] * (sums / sizes[:, None] - centre) ** 2).sum(axis=0)
    whole = ((values - centre) ** 2).sum(axis=0)
    return np.asarray(np.divide(between, whole, out=np.zeros_like(between), where=whole > 0))
