"""Pre-emphasis: the fall of the voice towards high frequencies made up for."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError


def pre_emphasised(signal: NDArray[np.floating], *, coefficient: float) -> NDArray[np.float32]:
    """First difference y[n] = x[n] - coefficient * x[n - 1], with silence before the first sample.

    Args:
        signal: mono waveform, shape (n_samples,)
        coefficient: in [0, 1), 0.97 by custom; the gain is 1 - coefficient at 0 Hz, 1 + coefficient at the top

    Returns:
        shape (n_samples,)

    Raises:
        UserError: a coefficient outside [0, 1)
    """
    if not 0 <= coefficient < 1:
        raise UserError(f"pre-emphasis: the coefficient is {coefficient}, outside [0, 1). Set 0.97, or 0 for none.")
    from scipy.signal import lfilter  # noqa: PLC0415  seconds, and it is mostly off

    return np.asarray(lfilter([1.0, -coefficient], [1.0], signal), np.float32)
