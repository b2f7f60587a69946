"""Augmented copies of an utterance: the same words by nearly the same voice, elsewhere."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.augmentation.circular_shift import circularly_shifted
from ser_tasks.augmentation.gain import with_gain
from ser_tasks.augmentation.noise import with_noise_floor, with_white_noise
from ser_tasks.augmentation.pitch_shift import randomly_pitched
from ser_tasks.augmentation.time_stretch import randomly_stretched

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import SignalAugmentationParams


def augmented_copy(
    signal: NDArray[np.float32],
    *,
    sampling_rate: int,
    settings: SignalAugmentationParams,
    utterance_id: str,
    number: int,
) -> NDArray[np.float32]:
    """One copy, the same on any machine and in any order.

    Args:
        signal: mono waveform, shape (n_samples,), conditioned
        sampling_rate: in Hz
        settings: ranges; their seed, the id and the number together are the chance
        utterance_id: whose signal it is
        number: of the copy, from 1

    Returns:
        shape (n_changed,): time stretch changes the length
    """
    name = int.from_bytes(hashlib.sha256(utterance_id.encode()).digest())
    generator = np.random.default_rng([settings.seed, number, name])
    return augmented(signal, generator=generator, sampling_rate=sampling_rate, settings=settings)


def augmented(
    signal: NDArray[np.float32],
    *,
    generator: np.random.Generator,
    sampling_rate: int,
    settings: SignalAugmentationParams,
) -> NDArray[np.float32]:
    """The steps that are on, always in this order: the voice (stretch, pitch), the cut, the level, the room.

    (n_samples,) -> (n_changed,)
    """
    if settings.time_stretch is not None:
        rate = settings.time_stretch
        signal = randomly_stretched(signal, generator=generator, sampling_rate=sampling_rate, rate=rate)
    if settings.pitch_shift is not None:
        semitones = settings.pitch_shift
        signal = randomly_pitched(signal, generator=generator, sampling_rate=sampling_rate, semitones=semitones)
    if settings.circular_shift is not None:
        shift = settings.circular_shift
        signal = circularly_shifted(signal, generator=generator, sampling_rate=sampling_rate, shift=shift)
    if settings.gain is not None:
        signal = with_gain(signal, generator=generator, gain=settings.gain)
    if settings.noise_snr is not None:
        signal = with_white_noise(signal, generator=generator, snr=settings.noise_snr)
    if settings.noise_floor is not None:
        signal = with_noise_floor(signal, generator=generator, amplitude=settings.noise_floor)
    return signal
