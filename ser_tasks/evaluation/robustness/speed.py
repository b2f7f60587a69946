"""A recording played at the wrong speed."""

import numpy as np
import soxr
from numpy.typing import NDArray

Signal = NDArray[np.float32]


def played(signal: Signal, *, speed: float) -> Signal:
    """Resampled, so that tempo, pitch and formants move together: (n_samples,) -> about (n_samples / speed,)."""
    return np.asarray(soxr.resample(signal, speed, 1.0, quality="HQ"), np.float32)
