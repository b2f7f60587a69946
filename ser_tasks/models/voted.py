"""Examples of models that are trained on distributions of votes: features, and what raters made of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError


class Voted(NamedTuple):
    """One utterance, or an augmented copy of it."""

    row: NDArray[np.float32]  # features, shape (n_dims,), or frames, shape (n_frames, n_dims)
    shares: tuple[float, ...] | None  # of the votes, for each class in alphabetical order; None: no vote is known


def rows_of(features: Any) -> NDArray[np.float32]:
    """Features alone, shape (n_utterances, n_dims), of examples with votes or of plain rows."""
    return np.stack([one.row for one in features]) if isinstance(features, tuple) else np.asarray(features, np.float32)


def frames_of(features: Any) -> tuple[NDArray[np.float32], ...]:
    """Frames alone, shape (n_frames, n_dims) each, of examples with votes or without; a row is one frame."""
    return tuple(np.atleast_2d(np.asarray(own, np.float32)) for own in without_votes(features))


def without_votes(features: Any) -> tuple[Any, ...]:
    """What stands beside the votes, rows or dialogues, of examples with votes or without."""
    return tuple(one.row if isinstance(one, Voted) else one for one in features)


def shares_of(features: Any, truth: NDArray[np.integer], *, n_classes: int) -> tuple[NDArray[np.float64], int]:
    """Targets, shape (n_utterances, n_classes), and how many of them are the label alone, because no vote is known.

    Args:
        features: a `Voted` for each utterance
        truth: number of the class of each
        n_classes: of the evaluation

    Raises:
        UserError: plain rows of features, or no vote on any of them
    """
    votes = [one.shares if isinstance(one, Voted) else None for one in features]
    if all(own is None for own in votes):
        raise UserError(
            "this model is trained on the votes of raters, and none were handed over: this command does not read them, "
            "or no training utterance has one. Take ser evaluate, on a corpus with votes (docs/votes.md), or logistic."
        )
    alone = np.array([own is None for own in votes])
    targets = np.eye(n_classes)[truth]
    targets[~alone] = [own for own in votes if own is not None]
    return targets, int(alone.sum())
