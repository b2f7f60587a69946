"""p values of several tests, corrected for their number."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values, in the order given: reject where one is below alpha, and the chance of any wrong rejection is.

    The smallest is multiplied by the number of tests, the next by one less, and so on; none is smaller than the one
    before, nor larger than 1.

    Source: Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian J. of Statistics 6
    """
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(steps, 1.0)
    return [float(value) for value in adjusted]
