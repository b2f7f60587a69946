"""Cut a signal into overlapping frames without copying it, and weight them."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

BLOCK = 64  # frames whose spectra fit the cache of a processor core


def samples_of(seconds: float, sampling_rate: int) -> int:
    """A length in s as a whole number of samples, at least one."""
    return max(1, round(seconds * sampling_rate))


def checked(signal: NDArray[Any]) -> NDArray[Any]:
    """The signal itself, when it is one.

    Raises:
        UserError: no samples, or more than one channel
    """
    if signal.ndim != 1 or not len(signal):
        raise UserError(
            f"a signal of shape {signal.shape} came in, expected (n_samples,) with at least one sample. "
            "Down-mix it, or lengthen the part that was cut."
        )
    return signal


def frames_inside(signal: NDArray[Any], *, window: int, hop: int) -> NDArray[Any]:
    """Frames that lie wholly inside the signal: a view of shape (n_frames, window), lengths in samples.

    The incomplete last frame is dropped; a signal shorter than one window is filled with zeros to one frame.
    """
    if len(signal) < window:
        signal = np.pad(signal, (0, window - len(signal)))
    return np.lib.stride_tricks.sliding_window_view(signal, window)[::hop]


def frames_centred(signal: NDArray[Any], *, window: int, hop: int) -> NDArray[Any]:
    """Frames centred on every hop, zeros beyond the ends: (1 + n_samples // hop, window)."""
    padded = np.pad(signal, (window // 2, window - window // 2))
    return np.lib.stride_tricks.sliding_window_view(padded, window)[: len(signal) + 1 : hop]


def blocks_of(frames: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """The frames, or their indices, a few at a time: what is computed from them stays in the processor's cache."""
    return (frames[begin : begin + BLOCK] for begin in range(0, len(frames), BLOCK))


@lru_cache(maxsize=8)
def hann(length: int) -> NDArray[np.float32]:
    """Periodic Hann window, shape (length,): 0.5 - 0.5 cos(2 pi n / length), with the rounding of scipy.signal."""
    return np.asarray(0.5 + 0.5 * np.cos(np.linspace(-np.pi, np.pi, length + 1)), np.float32)[:-1]
