"""Overlapping windows over frames, as many as the utterance needs, and which of their frames are real."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Windows = tuple[NDArray[np.float32], NDArray[np.bool_]]


def rolling_windows(frames: NDArray[np.floating], *, length: int, step: int, fill: ArrayLike) -> Windows:
    """Windows of equal length that together hold every frame; the last one is filled up.

    Args:
        frames: shape (n_frames, ...), at least one frame
        length: frames in a window (128 for seed 004)
        step: frames from one window to the next, at most `length` (64 for seed 004)
        fill: value of what is filled up, a number or of the shape of one frame

    Returns:
        windows, shape (n_windows, length, ...), with n_windows = 1 + ceil(max(0, n_frames - length) / step);
        mask, shape (n_windows, length), true on real frames
    """
    n_windows = 1 + max(0, -(-(len(frames) - length) // step))
    total = (n_windows - 1) * step + length
    padded = np.empty((total, *frames.shape[1:]), np.float32)
    padded[: len(frames)] = frames
    padded[len(frames) :] = fill
    index = step * np.arange(n_windows)[:, None] + np.arange(length)
    return padded[index], index < len(frames)


def cut_or_filled(frames: NDArray[np.floating], *, length: int, fill: ArrayLike) -> Windows:
    """The first `length` frames, filled up where there are fewer: (length, ...), and the mask (length,)."""
    windows, mask = rolling_windows(frames[:length], length=length, step=length, fill=fill)
    return windows[0], mask[0]
