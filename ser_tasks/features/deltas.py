"""Slope of every column over time."""

import numpy as np
from numpy.typing import NDArray


def regression_deltas(frames: NDArray[np.floating], *, reach: int) -> NDArray[np.floating]:
    """Least-squares slope around every frame, the first and last frame repeated beyond the ends.

    Args:
        frames: shape (n_frames, n_dims)
        reach: frames on each side

    Returns:
        shape (n_frames, n_dims), in units per frame

    Source: Furui (1986), doi:10.1109/TASSP.1986.1164788
    """
    padded = np.pad(frames, ((reach, reach), (0, 0)), mode="edge")
    slope = np.zeros_like(frames)
    for step in range(1, reach + 1):
        ahead, behind = padded[reach + step :][: len(frames)], padded[reach - step :][: len(frames)]
        slope += step * (ahead - behind)
    return np.asarray(slope / (2 * sum(step**2 for step in range(1, reach + 1))))
