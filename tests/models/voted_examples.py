"""Examples with votes of raters on them."""

import numpy as np

from ser_tasks.models.recogniser import Examples
from ser_tasks.models.voted import Voted


def voted(plain: Examples, shares: np.ndarray) -> Examples:
    """The examples, each with its shares of the votes, shape (n_utterances, n_classes)."""
    rows = tuple(Voted(row, tuple(own)) for row, own in zip(plain.features, shares, strict=True))
    return Examples(rows, plain.emotions, plain.speakers)
