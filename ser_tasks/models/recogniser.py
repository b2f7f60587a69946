"""What every model is to the protocol: something that learns from examples and gives posteriors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ser_tasks.params import Params


@dataclass(frozen=True)
class Examples:
    """Utterances to learn from: `features` of shape (n_utterances, n_dims), one emotion and one speaker each."""

    features: NDArray[np.float32]
    emotions: NDArray[np.str_]
    speakers: NDArray[np.str_]


class Recogniser(Protocol):
    """A model of one fold. Everything it fits or chooses, it takes from the examples given to `fit`."""

    def fit(self, train: Examples, validation: Examples | None) -> Mapping[str, Any]:
        """Learn, and return what was chosen on the way (hyper-parameters, epochs), for the record.

        `validation` holds the official validation part where the corpus has one; else the model sets speakers aside
        from `train` by itself.
        """

    def posteriors(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes), rows sum to 1, columns in the order of the classes it was built with."""


@dataclass(frozen=True)
class Model:
    """One line of the model table."""

    build: Callable[..., Recogniser]  # (params section, classes=..., dimensions=..., seed=...)
    section: Callable[[Params], Any]  # the part of params.yaml that it reads
    feature_set: str
    speaker_norm: bool = False  # features z-scored over each speaker's own unlabelled audio, test speakers too
