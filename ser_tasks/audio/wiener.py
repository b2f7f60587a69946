"""Wiener filter: noise taken out where the signal moves less than it does on average."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

NEARLY_ZERO = 1e-10  # in place of exact zeros, whose variance of 0 the filter would divide by: -200 dB


def wiener_filtered(signal: NDArray[np.floating], *, window: int) -> NDArray[np.float32]:
    """Every sample drawn towards the mean of its neighbourhood, the more the less that varies.

    Args:
        signal: mono waveform, shape (n_samples,)
        window: neighbourhood in samples, an odd number from 3 on; beyond the ends lie zeros

    Returns:
        shape (n_samples,), finite: where the variance of the neighbourhood lies below the mean variance of the
        clip, which counts as the noise, its mean; elsewhere mean + (1 - noise / variance) * (sample - mean)

    Raises:
        UserError: an even window, or one below 3

    Source: Lim (1990), Two-Dimensional Signal and Image Processing, p. 548; with 3 samples the first step of seed 002
    """
    if window % 2 == 0 or window < 3:
        raise UserError(
            f"Wiener filter: the window is {window}, but a neighbourhood has a centre and two sides. Set 3, 5, 7 ..."
        )
    from scipy.signal import wiener  # noqa: PLC0415  seconds, and it is mostly off

    samples = np.asarray(signal, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):  # of neighbourhoods below the noise, whose mean is taken
        filtered = wiener(np.where(samples == 0, NEARLY_ZERO, samples), window)
    return np.asarray(filtered, np.float32)
