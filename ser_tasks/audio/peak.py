"""Peak normalisation."""

import numpy as np
from numpy.typing import NDArray


def peak_normalised(signal: NDArray[np.floating], *, peak: float) -> NDArray[np.float32]:
    """The signal scaled so that its largest magnitude is `peak` (full scale is 1); silence stays silence.

    The level of a voice is a cue to emotion: this is for steps that need a fixed level, as voice-activity detection.
    """
    loudest = float(np.abs(signal).max(initial=0.0))
    if loudest == 0:
        return np.array(signal, np.float32)
    return np.asarray(np.asarray(signal, np.float64) * (peak / loudest), np.float32)
