"""What every model is to the protocol: something that learns from examples and gives posteriors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import Params

Features: TypeAlias = NDArray[np.float32] | tuple[NDArray[np.float32], ...]
"""Of some utterances: a row each, (n_utterances, n_dims), or an array of frames each, (n_frames, n_dims)."""


@dataclass(frozen=True)
class Examples:
    """Utterances to learn from: their features, one emotion and one speaker each."""

    features: Features
    emotions: NDArray[np.str_]
    speakers: NDArray[np.str_]

    def part(self, rows: Sequence[int]) -> Examples:
        """Some of them, in the order of `rows`."""
        if isinstance(self.features, tuple):
            return Examples(tuple(self.features[row] for row in rows), self.emotions[rows], self.speakers[rows])
        return Examples(self.features[rows], self.emotions[rows], self.speakers[rows])

    def and_also(self, other: Examples) -> Examples:
        """These and others."""
        if isinstance(self.features, tuple) and isinstance(other.features, tuple):
            features: Features = self.features + other.features
        else:
            features = np.concatenate([self.features, other.features])
        emotions = np.concatenate([self.emotions, other.emotions])
        return Examples(features, emotions, np.concatenate([self.speakers, other.speakers]))


class Recogniser(Protocol):
    """A model of one fold. Everything it fits or chooses, it takes from the examples given to `fit`."""

    def fit(self, train: Examples, validation: Examples | None) -> Mapping[str, Any]:
        """Learn, and return what was chosen on the way (hyper-parameters, epochs), for the record.

        `validation` holds the official validation part where the corpus has one; else the model sets speakers aside
        from `train` by itself.
        """

    def posteriors(self, features: Any) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes), rows sum to 1, columns in the order of the classes it was built with."""


@dataclass(frozen=True)
class Model:
    """One line of the model table."""

    build: Callable[..., Recogniser]  # (section, classes=..., seed=...)
    section: Callable[[Params], Any]  # the part of params.yaml that it reads
    feature_set: str
    speaker_norm: bool = False  # features z-scored over each speaker's own unlabelled audio, test speakers too
    code: tuple[str, ...] = ()  # modules that `build` imports only when it is called
