"""The sum that makes one of several models of dimensions: prediction needs this of an ensemble, and no tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.dimensions.held_out import Matching, Values


@dataclass(frozen=True)
class WeightedSum:
    """Predictions of the members, (n_members, n_utterances, n_dimensions) -> (n_utterances, n_dimensions)."""

    weights: Values  # (n_members, n_dimensions)
    match: Matching
    half_widths: Values | None = None  # of the interval about a prediction, (n_dimensions,); None: not fitted

    def __call__(self, predicted: NDArray[np.float64]) -> Values:
        """Weighted, summed, matched, and cut to the scale."""
        return self.match(scores_of(self.weights, predicted))


def scores_of(weights: Values, predicted: NDArray[np.float64]) -> Values:
    """Before they are matched."""
    return np.asarray(np.einsum("md,mud->ud", weights, predicted))
