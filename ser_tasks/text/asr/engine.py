"""What every speech recogniser is to this package: a line of a table, and something that turns a signal into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from ser_tasks.errors import UserError

SAMPLING_RATE = 16_000  # Hz that all engines know


@dataclass(frozen=True)
class Word:
    """One recognised word, where it was said, and how sure the engine is of it.

    Attributes:
        text: as it stands in the transcript, punctuation included
        start, end: in s from the start of the signal
        confidence: posterior of the engine, 0 to 1
    """

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class Transcript:
    """The words of one utterance.

    Attributes:
        text: "" where no words were recognised
        words: the same, one by one; empty where nobody timed them, as in a transcript that was given
        language: ISO 639-1, that was named or that the engine found; None: unknown
        language_confidence: of the one that the engine found, 0 to 1; None: it was named, or the engine knows no other
    """

    text: str
    words: tuple[Word, ...] = ()
    language: str | None = None
    language_confidence: float | None = None

    @property
    def confidence(self) -> float | None:
        """Mean over the words, 0 to 1; None where no word has one."""
        return float(np.mean([word.confidence for word in self.words])) if self.words else None

    def between(self, start: float, end: float) -> Transcript:
        """The words whose middle lies from `start` up to `end`, in s; their times stay as they are."""
        inside = tuple(word for word in self.words if start <= (word.start + word.end) / 2 < end)
        return replace(self, text=" ".join(word.text for word in inside), words=inside)

    def later(self, seconds: float) -> Transcript:
        """The same with all times moved, as where the signal is a part of a recording."""
        moved = (replace(word, start=word.start + seconds, end=word.end + seconds) for word in self.words)
        return replace(self, words=tuple(moved))


class Transcriber(Protocol):
    """An engine with its model loaded. For one thread at a time."""

    def transcribe(self, signal: NDArray[np.float32], *, sampling_rate: int, language: str | None) -> Transcript:
        """The words of one utterance with their times; earlier utterances change nothing.

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
