"""What every speech recogniser is to this package: a line of a table, and something that turns a signal into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from ser_tasks.errors import UserError

SAMPLING_RATE = 16_000  # Hz that all engines know


class Transcriber(Protocol):
    """An engine with its model loaded. For one thread at a time."""

    def transcribe(self, signal: NDArray[np.float32], *, sampling_rate: int, language: str | None) -> str:
        """The words of one utterance, "" where there are none; earlier utterances change nothing.

        Args:
            signal: mono waveform, shape (n_samples,), full scale [-1, 1]
            sampling_rate: in Hz; any
            language: ISO 639-1; None: unknown, the engine finds out, or takes it for the one that it knows

        Raises:
            UserError: a language that the model does not know
        """


@dataclass(frozen=True)
class Engine:
    """One line of the table ENGINES.

    Args:
        load: settings, as keywords -> a transcriber; the model is loaded here
        libraries: distributions that decide the words, the engine's own first
        install: the command that installs them
        languages: ISO 639-1, of every model of the engine; None: each model has its own
        weights: settings -> digests of files that they name and that decide the words
    """

    load: Callable[..., Transcriber]
    libraries: tuple[str, ...]
    install: str
    languages: tuple[str, ...] | None
    weights: Callable[[Mapping[str, Any]], dict[str, str]] = lambda settings: {}

    def versions(self) -> dict[str, str]:
        """Version of each library, by its distribution name.

        Raises:
            UserError: one is not installed
        """
        try:
            return {name: version(name) for name in self.libraries}
        except PackageNotFoundError as error:
            raise missing(self.libraries[0], self.install, error) from None


def library(module: str, *, install: str) -> Any:
    """An optional library, imported now.

    Raises:
        UserError: it is not installed, or does not load
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise missing(module, install, error) from None


def missing(name: str, install: str, error: ImportError) -> UserError:
    """The error of a library that is not installed."""
    return UserError(
        f"transcripts from speech: the library {name} does not load here ({error}). Install it: {install}. "
        "Or set another engine, or use transcripts that the corpus has."
    )


def at_16_khz(signal: NDArray[np.float32], sampling_rate: int) -> NDArray[np.float32]:
    """The signal at the rate that engines know, shape (n_samples,)."""
    if sampling_rate == SAMPLING_RATE:
        return signal
    return np.asarray(soxr.resample(signal, sampling_rate, SAMPLING_RATE, quality="HQ"), np.float32)
