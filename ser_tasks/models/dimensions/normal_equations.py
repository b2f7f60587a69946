"""Ridge regression from sums over utterances: any number of them, in the memory of a few thousand.

What is summed is shifted by the first block's mean, so that little is lost to rounding where a mean is large.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy  # loads its parts when they are first used

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ser_tasks.models.dimensions.held_out import Values

CONSTANT = 1e-10  # a feature whose variance is below this share of its mean square does not vary


@dataclass(frozen=True)
class Sums:
    """Of x, features less a shift, and y, ratings less a shift, over some utterances.

    Attributes:
        n: utterances
        x: shape (n_features,)
        y: shape (n_dimensions,)
        xx: of products, shape (n_features, n_features)
        xy: shape (n_features, n_dimensions)
    """

    n: int
    x: Values
    y: Values
    xx: Values
    xy: Values

    def __add__(self, other: Sums) -> Sums:
        """Of the utterances of both."""
        return Sums(self.n + other.n, self.x + other.x, self.y + other.y, self.xx + other.xx, self.xy + other.xy)

    def __sub__(self, other: Sums) -> Sums:
        """Without utterances that are among them."""
        return Sums(self.n - other.n, self.x - other.x, self.y - other.y, self.xx - other.xx, self.xy - other.xy)


@dataclass(frozen=True)
class Shift:
    """What features and ratings are lessened by, shapes (n_features,) and (n_dimensions,)."""

    features: Values
    ratings: Values


def sums_of(blocks: Iterator[NDArray[np.float32]], ratings: Values, shift: Shift) -> Sums:
    """Sums over blocks of features, each of shape (some, n_features), and the ratings of all of them.

    Args:
        blocks: in the order of the ratings
        ratings: shape (n_utterances, n_dimensions)
        shift: the same for all sums that are added
    """
    n_features, n_dimensions = len(shift.features), ratings.shape[1]
    x, y = np.zeros(n_features), np.zeros(n_dimensions)
    xx, xy, n = np.zeros((n_features, n_features)), np.zeros((n_features, n_dimensions)), 0
    for block in blocks:
        own, its = block - shift.features, ratings[n : n + len(block)] - shift.ratings
        x += own.sum(axis=0)
        y += its.sum(axis=0)
        xx += own.T @ own
        xy += own.T @ its
        n += len(block)
    return Sums(n, x, y, xx, xy)


@dataclass(frozen=True)
class Standardised:
    """The normal equations of standardised features, as they are before a penalty.

    Attributes:
        mean, scale: of each feature, shape (n_features,); the scale of a constant is 1
        products: of the standardised features, shape (n_features, n_features)
        targets: of these with the centred ratings, shape (n_features, n_dimensions)
        intercept: mean of the ratings, shape (n_dimensions,)
    """

    mean: Values
    scale: Values
    products: Values
    targets: Values
    intercept: Values

    def coefficients(self, penalties: Sequence[float]) -> Values:
        """Of one penalty for each dimension, shape (n_dimensions, n_features)."""
        found = np.empty((self.targets.shape[1], len(self.scale)))
        for penalty in set(penalties):
            own = [place for place, other in enumerate(penalties) if other == penalty]
            penalised = self.products + penalty * np.eye(len(self.scale))
            found[own] = scipy.linalg.solve(penalised, self.targets[:, own], assume_a="pos", overwrite_a=True).T
        return found


def standardised(sums: Sums, shift: Shift) -> Standardised:
    """From sums over a training part."""
    x, y = sums.x / sums.n, sums.y / sums.n
    variance = np.maximum(np.diag(sums.xx) / sums.n - x**2, 0)
    mean = shift.features + x
    scale = np.where(variance > CONSTANT * (variance + mean**2), np.sqrt(variance), 1.0)
    products = (sums.xx - sums.n * np.outer(x, x)) / np.outer(scale, scale)
    targets = (sums.xy - sums.n * np.outer(x, y)) / scale[:, None]
    return Standardised(mean, scale, products, targets, shift.ratings + y)
