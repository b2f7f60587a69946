"""The interface of every model: `fit` on examples, then `posteriors`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import Params

Features: TypeAlias = NDArray[np.float32] | tuple[Any, ...]
"""Of some utterances: a row each, (n_utterances, n_dims); or an array of frames each, (n_frames, n_dims); or, of words,
the turns of a dialogue up to each (`ser_tasks.text.transcripts.Dialogue`)."""


@dataclass(frozen=True)
class Examples:
    """Utterances to train on: their features, one emotion and one speaker each."""

    features: Features
    emotions: NDArray[np.str_]
    speakers: NDArray[np.str_]
    copies: tuple[Features, ...] = ()  # features of the same utterances again, their sound augmented

    def part(self, rows: Sequence[int]) -> Examples:
        """The subset in these rows, in their order."""
        copies = tuple(_rows(features, rows) for features in self.copies)
        return Examples(_rows(self.features, rows), self.emotions[rows], self.speakers[rows], copies)

    def and_also(self, other: Examples) -> Examples:
        """The examples of both, concatenated."""
        emotions = np.concatenate([self.emotions, other.emotions])
        speakers = np.concatenate([self.speakers, other.speakers])
        copies = tuple(_together(mine, its) for mine, its in zip(self.copies, other.copies, strict=True))
        return Examples(_together(self.features, other.features), emotions, speakers, copies)

    def with_copies(self) -> Examples:
        """The copies as examples of their own, behind the others."""
        together = Examples(self.features, self.emotions, self.speakers)
        for features in self.copies:
            together = together.and_also(Examples(features, self.emotions, self.speakers))
        return together


def _rows(features: Features, rows: Sequence[int]) -> Features:
    return tuple(features[row] for row in rows) if isinstance(features, tuple) else features[rows]


def _together(some: Features, others: Features) -> Features:
    if isinstance(some, tuple) and isinstance(others, tuple):
        return some + others
    return np.concatenate([some, others])


class Recogniser(Protocol):
    """A model of one fold. Everything it fits or chooses, it takes from the examples given to `fit`."""

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Learn, and return what was chosen on the way (hyper-parameters, epochs), for the record.

        `validation` holds the official validation part where the corpus has one; else the model sets speakers aside
        from `train` by itself. What takes long keeps its state in `folder`, and goes on from there after a kill.
        """

    def posteriors(self, features: Any) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes), rows sum to 1, columns in the order of the classes it was built with."""


@dataclass(frozen=True)
class Model:
    """One line of the model table."""

    build: Callable[..., Recogniser]  # (section, classes=..., seed=...)
    section: Callable[[Params], Any]  # the part of params.yaml that it reads
    feature_set: str
    group: str  # models alike: svm, encoders, embeddings, or what a network or a classifier of text reads
    seeds: Callable[[Params], int] = lambda params: 1  # times that it is trained on each fold
    speaker_norm: bool = False  # features z-scored over each speaker's own unlabelled audio, test speakers too
    code: tuple[str, ...] = ()  # modules that `build` imports only when it is called
    keras: bool = False  # whether it is, or holds, a network
