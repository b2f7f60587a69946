"""Classes of unequal size made to count alike: by weights, or by drawing the rare ones again."""

import numpy as np
from numpy.typing import NDArray


def class_weights(labels: NDArray[np.integer], *, n_classes: int) -> NDArray[np.float32]:
    """Weight of an item of each class, so that all classes together weigh the same.

    Args:
        labels: class of each item, shape (n_items,), from 0 to n_classes - 1

    Returns:
        shape (n_classes,): n_items / (classes present * items of the class), mean 1 over the items; 0 for a class
        without items
    """
    counts = np.bincount(labels, minlength=n_classes)
    present = np.count_nonzero(counts)
    weights = np.zeros(n_classes)
    np.divide(len(labels), present * counts, out=weights, where=counts > 0)
    return np.asarray(weights, np.float32)


def balanced_indices(labels: NDArray[np.integer], *, generator: np.random.Generator) -> NDArray[np.int64]:
    """Items of an epoch in which every class is as large as the largest, in random order.

    Args:
        labels: class of each item, shape (n_items,)
        generator: the chance

    Returns:
        indices of items, shape (classes present * items of the largest,): every item is there, and within a class
        none more than once more often than another
    """
    classes, counts = np.unique(labels, return_counts=True)
    wanted = counts.max(initial=0)
    drawn = [_in_rounds(np.flatnonzero(labels == label), wanted, generator) for label in classes]
    return generator.permutation(np.concatenate([np.empty(0, np.int64), *drawn]))


def _in_rounds(items: NDArray[np.int64], wanted: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """All items as often as they fit, and the rest drawn without replacement: (wanted,)."""
    whole, rest = divmod(wanted, len(items))
    return np.concatenate([np.tile(items, whole), generator.choice(items, rest, replace=False)])
