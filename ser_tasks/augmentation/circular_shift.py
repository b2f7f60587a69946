"""Circular shift in time."""

import numpy as np
from numpy.typing import NDArray


def circularly_shifted(
    signal: NDArray[np.float32], *, generator: np.random.Generator, sampling_rate: int, shift: tuple[float, float]
) -> NDArray[np.float32]:
    """The clip begun later: what leaves at the end comes back at the beginning.

    Args:
        signal: mono waveform, shape (n_samples,)
        generator: the chance
        sampling_rate: in Hz
        shift: shortest and longest shift, in s (seed 000: 0.1 to 0.5); negative ones begin earlier

    Returns:
        shape (n_samples,)
    """
    return np.roll(signal, round(generator.uniform(*shift) * sampling_rate))
