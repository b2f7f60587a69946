"""Pitch shift: speech higher or lower at the same pace."""

import numpy as np
import soxr
from numpy.typing import NDArray

from ser_tasks.augmentation.time_stretch import stretched


def randomly_pitched(
    signal: NDArray[np.float32],
    *,
    generator: np.random.Generator,
    sampling_rate: int,
    semitones: tuple[float, float],
) -> NDArray[np.float32]:
    """`pitched` by an interval drawn evenly from a range, in semitones: (n_samples,) -> (n_samples,)."""
    return pitched(signal, sampling_rate=sampling_rate, semitones=generator.uniform(*semitones))


def pitched(signal: NDArray[np.float32], *, sampling_rate: int, semitones: float) -> NDArray[np.float32]:
    """Stretched, then resampled back to the old length, so that all frequencies move, the formants with the pitch.

    Args:
        signal: mono waveform, shape (n_samples,)
        sampling_rate: in Hz
        semitones: 12 doubles every frequency

    Returns:
        shape (n_samples,); shifted down, there is nothing above half the rate times the factor
    """
    factor = 2 ** (semitones / 12)
    longer = stretched(signal, sampling_rate=sampling_rate, rate=1 / factor)
    moved = soxr.resample(longer, factor, 1.0, quality="HQ")[: len(signal)]
    return np.asarray(np.pad(moved, (0, len(signal) - len(moved))), np.float32)
