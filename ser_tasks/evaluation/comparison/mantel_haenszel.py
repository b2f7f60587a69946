"""Mantel-Haenszel test of equal hit rates of two groups, class by class."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc


def mantel_haenszel_p(tables: NDArray[np.integer]) -> float:
    """p value of no association in any of several 2 x 2 tables, with continuity correction; 1 where none can tell.

    Args:
        tables: counts of shape (n_strata, 2, 2): for each stratum two groups, and of each how many are right and wrong

    Source: Mantel & Haenszel (1959), doi:10.1093/jnci/22.4.719
    """
    counts = np.asarray(tables, float)
    total = counts.sum(axis=(1, 2))
    counts, total = counts[total > 1], total[total > 1]
    group, right = counts.sum(axis=2), counts.sum(axis=1)
    expected = group[:, 0] * right[:, 0] / total
    variance = float((group.prod(axis=1) * right.prod(axis=1) / (total**2 * (total - 1))).sum())
    if variance == 0:
        return 1.0
    distance = max(0.0, abs(float((counts[:, 0, 0] - expected).sum())) - 0.5)
    return float(chdtrc(1, distance**2 / variance))  # the upper tail of chi squared
