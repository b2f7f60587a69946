"""Conditioning: what every utterance goes through after decoding and resampling, before any feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.peak import peak_normalised
from ser_tasks.audio.pre_emphasis import pre_emphasised
from ser_tasks.audio.vad import speech_span
from ser_tasks.audio.wiener import wiener_filtered

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import ConditioningParams


class Conditioned(NamedTuple):
    """A signal that is ready for any feature set."""

    signal: NDArray[np.float32]  # shape (n_kept,), at least one sample
    speech_found: bool | None  # False: trimming heard none, and left the clip as long as it was; None: no trimming


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
