"""Integrated gradients: how much each input value has moved an answer, from a baseline to what was given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating]
Gradients: TypeAlias = "Callable[[NDArray[np.float32]], tuple[Array, Array]]"
"""Inputs (n, *shape) -> the answer to each, (n,), and its gradient with respect to each, (n, *shape)."""

FEWEST_STEPS, MOST_STEPS = 32, 1024
TOLERANCE = 0.01  # of the difference between the two answers, or of one logit where they are closer than that
AT_ONCE = 16  # inputs


@dataclass(frozen=True)
class Attribution:
    """What each input value has done.

    Attributes:
        values: as the input; they sum to `change`, but for what the finite steps miss
        change: the answer to the input less the answer to the baseline
        steps: on the way between the two
    """

    values: NDArray[np.float64]
    change: float
    steps: int

    @property
    def gap(self) -> float:
        """What the attributions sum to, less what they should."""
        return float(self.values.sum()) - self.change

    @property
    def complete(self) -> bool:
        """Whether the gap is within the tolerance."""
        return abs(self.gap) <= TOLERANCE * max(abs(self.change), 1.0)


def integrated_gradients(gradients: Gradients, given: Array, baseline: Array) -> Attribution:
    """(given - baseline) times the mean gradient on the straight line between them.

    The line is cut into steps with the gradient taken in the middle of each; there are twice as many until the
    attributions are complete, or MOST_STEPS.

    Args:
        gradients: of one answer
        given, baseline: of the same shape

    Source: Sundararajan et al. (2017), "Axiomatic Attribution for Deep Networks", ICML, arXiv:1703.01365
    """
    (there, here), _ = gradients(np.stack([given, baseline]).astype(np.float32))
    steps = FEWEST_STEPS
    while True:
        mean = _mean_gradient(gradients, given, baseline, steps)
        found = Attribution((np.asarray(given, np.float64) - baseline) * mean, float(there) - float(here), steps)
        if found.complete or steps >= MOST_STEPS:
            return found
        steps *= 2


def _mean_gradient(gradients: Gradients, given: Array, baseline: Array, steps: int) -> NDArray[np.float64]:
    places = (np.arange(steps) + 0.5) / steps
    total = np.zeros(np.shape(given))
    for start in range(0, steps, AT_ONCE):
        share = places[start : start + AT_ONCE].reshape(-1, *[1] * np.ndim(given))
        points = (baseline + share * (np.asarray(given) - baseline)).astype(np.float32)
        total += np.asarray(gradients(points)[1], np.float64).sum(axis=0)
    return total / steps
