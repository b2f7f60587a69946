"""A speech encoder: a line of the table of `__init__.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class LoadedEncoder(Protocol):
    """An encoder with its weights."""

    sampling_rate: int  # Hz

    @property
    def n_layers(self) -> int:
        """Hidden states: what enters the first block, and what leaves each."""

    @property
    def width(self) -> int:
        """Units of each."""

    def __call__(self, signal: NDArray[np.floating]) -> Sequence[NDArray[np.float32]]:
        """Of a signal of shape (n_samples,), n_layers hidden states of shape (n_frames, width)."""


@dataclass(frozen=True)
class Family:
    """Encoders that one piece of code runs.

    Attributes:
        title: for people
        paper: where it was published
        code: dotted name of the class whose `load` makes of a folder an encoder with its weights
        files: names that its weights may have; of several the first that is there
        beside: patterns of the other files that belong to it
        libraries: beside NumPy, by the names of their packages; another version may give other values
    """

    title: str
    paper: str
    code: str
    files: tuple[str, ...]
    beside: tuple[str, ...]
    libraries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Encoder:
    """One line of the table of encoders.

    Attributes:
        name: of its feature set
        family: what runs it
        hub: repository on the hub of Hugging Face; with `==`, a Python package and its version, or `seed==N` of random
            weights; None: a folder of one's own
        licence: of the weights, as their page states it
        parameters: of the encoder, in millions
        layers: hidden states: what enters the first block, and what leaves each
        width: units of each
        languages: that it was trained on
        sha256: of the weights that the project's figures were measured with, where there are any
    """

    name: str
    family: Family
    hub: str | None
    licence: str
    parameters: float
    layers: int
    width: int
    languages: str
    sha256: str | None = None
