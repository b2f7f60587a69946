"""Gain."""

import numpy as np
from numpy.typing import NDArray


def with_gain(
    signal: NDArray[np.float32], *, generator: np.random.Generator, gain: tuple[float, float]
) -> NDArray[np.float32]:
    """The clip made louder or softer by a level drawn evenly from a range.

    Args:
        signal: mono waveform, shape (n_samples,)
        generator: the chance
        gain: lowest and highest, in dB

    Returns:
        shape (n_samples,); may leave full scale
    """
    return np.asarray(signal * np.float32(10 ** (generator.uniform(*gain) / 20)))
