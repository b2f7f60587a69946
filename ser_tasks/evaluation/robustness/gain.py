"""A recording made too softly or too loudly."""

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float32]


def louder(signal: Signal, *, gain: float) -> Signal:
    """The signal by `gain` dB louder (below 0: softer); what leaves full scale clips: (n_samples,) -> (n_samples,)."""
    return np.asarray(np.clip(signal * np.float32(10 ** (gain / 20)), -1, 1), np.float32)
