"""Mixup: two examples in one, with the labels of both."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

Pair = tuple[NDArray[np.float32], NDArray[np.float32]]  # features, and labels as shares of the classes


def mixed(one: Pair, other: Pair, *, generator: np.random.Generator, alpha: float) -> Pair:
    """lambda * one + (1 - lambda) * other, features and labels alike, lambda ~ Beta(alpha, alpha).

    Args:
        one, other: features of any equal shape, and labels of shape (..., n_classes); an example, or a whole batch
        generator: the chance
        alpha: 1 draws lambda evenly, towards 0 one of the two examples prevails

    Returns:
        features and soft labels, in the shapes that came in

    Raises:
        UserError: shapes that differ

    Source: Zhang et al. (2018), doi:10.48550/arXiv.1710.09412
    """
    if one[0].shape != other[0].shape or one[1].shape != other[1].shape:
        raise UserError(
            f"mixup: features of shapes {one[0].shape} and {other[0].shape} with labels of shapes {one[1].shape} and "
            f"{other[1].shape} cannot be added. Cut or fill both to one length first, and make the labels one-hot."
        )
    share = np.float32(generator.beta(alpha, alpha))
    features, labels = (share * a + (1 - share) * b for a, b in zip(one, other, strict=True))
    return features, labels
