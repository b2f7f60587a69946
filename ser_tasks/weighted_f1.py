"""The figure by which MELD is usually reported."""

import numpy as np
from numpy.typing import NDArray


def weighted_f1(confusion: NDArray[np.int64]) -> float:
    """Mean of the F1 of each class, weighted by how often the class is true.

    Args:
        confusion: counts, shape (n_classes, n_classes), rows the truth
    """
    right, meant, said = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    f1 = 2 * right / np.maximum(meant + said, 1)
    return float(np.average(f1, weights=meant))
