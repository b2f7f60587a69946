"""A recorder that was on before and after."""

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float32]


def with_silence(signal: Signal, *, sampling_rate: int, seconds: float) -> Signal:
    """Digital silence at both ends, `seconds` each, the first axis being time."""
    rest = round(seconds * sampling_rate)
    return np.pad(signal, [(rest, rest), *[(0, 0)] * (signal.ndim - 1)])
