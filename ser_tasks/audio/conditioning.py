"""Conditioning: what every utterance goes through after decoding and resampling, before any feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.vad import peak_normalised, speech_span
from ser_tasks.errors import UserError

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import ConditioningParams

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


class Conditioned(NamedTuple):
    """A signal that is ready for any feature set."""

    signal: NDArray[np.float32]  # shape (n_kept,), at least one sample
    speech_found: bool | None  # False: trimming found none, and left the clip as long as it was; None: no trimming


def condition(signal: NDArray[np.float32], *, sampling_rate: int, settings: ConditioningParams) -> Conditioned:
    """The steps that are on, always in this order: Wiener filter, pre-emphasis, trimming to the speech, peak level.

    Args:
        signal: mono waveform, shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz
        settings: with every step off, the signal comes back as it is

    Raises:
        UserError: a setting that its step does not know

    Source: the chain of seed 002, whose level was that of the voice detector alone
    """
    found: bool | None = None
    if settings.wiener is not None:
        signal = wiener_filtered(signal, window=settings.wiener.window)
    if settings.pre_emphasis is not None:
        signal = pre_emphasised(signal, coefficient=settings.pre_emphasis)
    if settings.trim is not None:
        span = speech_span(signal, sampling_rate=sampling_rate, **settings.trim.model_dump())
        found = span is not None
        signal = signal if span is None else signal[round(span[0] * sampling_rate) : round(span[1] * sampling_rate)]
    if settings.peak is not None:
        signal = peak_normalised(signal, peak=settings.peak)
    return Conditioned(signal, found)
