"""Tempo: features of slower or faster speech, without going back to the sound."""

import numpy as np
from numpy.typing import NDArray


def at_random_tempo(
    frames: NDArray[np.float32], *, generator: np.random.Generator, rate: tuple[float, float]
) -> NDArray[np.float32]:
    """`at_tempo` at a rate drawn evenly from a range."""
    return at_tempo(frames, rate=generator.uniform(*rate))


def at_tempo(frames: NDArray[np.float32], *, rate: float) -> NDArray[np.float32]:
    """Frames read `rate` times as fast, by linear interpolation; slopes in them are not rescaled.

    Args:
        frames: shape (n_frames, n_dims)
        rate: 2 is twice as fast, 0.5 half as fast

    Returns:
        shape (max(1, round(n_frames / rate)), n_dims), the first and the last frame in their places
    """
    n_frames = len(frames)
    place = np.linspace(0, n_frames - 1, max(1, round(n_frames / rate)), dtype=np.float32)
    before = np.minimum(place.astype(np.int64), max(0, n_frames - 2))
    after = np.minimum(before + 1, n_frames - 1)
    share = (place - before)[:, None]
    return np.asarray(frames[before] * (1 - share) + frames[after] * share, np.float32)
