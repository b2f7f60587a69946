"""Power spectra as a product of matrices: an operation that every runtime has, on every processor."""

from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray


def frames_of(signal: Any, *, window: int, hop: int) -> Any:
    """Frames that lie wholly inside the signal: (n_samples,) -> (n_frames, window), lengths in samples."""
    return ops.extract_sequences(signal, window, hop)


def power_spectrum(frames: Any, *, window: NDArray[np.floating], n_fft: int) -> Any:
    """Squared magnitude of the DFT of weighted frames: (n_frames, n_window) -> (n_frames, n_fft // 2 + 1).

    Args:
        frames: float32
        window: shape (n_window,); weights each frame
        n_fft: the frames count as filled up with zeros to this length
    """
    parts = ops.matmul(frames, weighted_dft(window, n_fft))
    n_bins = n_fft // 2 + 1
    return ops.square(parts[:, :n_bins]) + ops.square(parts[:, n_bins:])


def weighted_dft(window: NDArray[np.floating], n_fft: int) -> NDArray[np.float32]:
    """The real and, beside it, the imaginary part of the DFT, each row times its weight: (n_window, n_fft + 2)."""
    turns = np.outer(np.arange(len(window)), np.arange(n_fft // 2 + 1)) % n_fft / n_fft
    basis = np.concatenate([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=1)
    return np.asarray(basis * window.astype(np.float64)[:, None], np.float32)
