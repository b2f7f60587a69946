"""Power spectra as products of matrices: operations that every runtime has, on every processor."""

from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from ser_tasks.features.framing import hann


def frames_of(signal: Any, *, window: int, hop: int) -> Any:
    """Frames that lie wholly inside the signal: (n_samples,) -> (n_frames, window), lengths in samples."""
    return ops.extract_sequences(signal, window, hop)


def power_spectrum(frames: Any, *, n_fft: int) -> Any:
    """Squared magnitude of the DFT of frames under a periodic Hann window.

    Phase counts from the middle of the frame, which changes no magnitude. The window is symmetric about it and 0 on the
    first sample, so the real part needs the sums of mirrored samples alone, the imaginary part their differences: half
    the products, and half the constants in a file.

    Args:
        frames: shape (n_frames, n_window), float32
        n_fft: the frames count as filled up with zeros to this length

    Returns:
        shape (n_frames, n_fft // 2 + 1)
    """
    n_window = frames.shape[1]
    left, right = frames[:, 1 : (n_window + 1) // 2], frames[:, : n_window // 2 : -1]
    middle = frames[:, n_window // 2 : n_window // 2 + 1 - n_window % 2]  # none where the length is odd
    real, imaginary = half_dft(n_window, n_fft)
    sums = ops.concatenate([left + right, middle], axis=1)
    return ops.square(ops.matmul(sums, real)) + ops.square(ops.matmul(left - right, imaginary))


def half_dft(n_window: int, n_fft: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Hann-weighted cosines, (n_window // 2, n_fft // 2 + 1), and sines, without the row of the middle sample."""
    samples = np.arange(1, n_window // 2 + 1)
    turns = np.outer(n_window / 2 - samples, np.arange(n_fft // 2 + 1)) / n_fft
    weights = hann(n_window).astype(np.float64)[samples, None]
    real, imaginary = weights * np.cos(2 * np.pi * turns), weights * np.sin(2 * np.pi * turns)
    return real.astype(np.float32), imaginary[: (n_window - 1) // 2].astype(np.float32)
