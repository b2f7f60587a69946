"""A room: the direct sound, and behind it a tail of noise that dies away."""

import numpy as np
import scipy  # loads its parts when they are first used
from numpy.typing import NDArray

Signal = NDArray[np.float32]
DIRECT = 0.0025  # s from the direct sound to the first reflection


def room_response(
    *, rt60: float, direct_to_reverberant: float, sampling_rate: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Impulse response of a room that never was: 1, DIRECT s of nothing, then exponentially decaying Gaussian noise.

    Args:
        rt60: s in which the tail falls by 60 dB
        direct_to_reverberant: energy of the first sample over that of the tail, in dB
        sampling_rate: in Hz
        generator: the chance

    Returns:
        shape (n,), of DIRECT + rt60 s

    Source: Moorer (1979), "About this reverberation business", doi:10.2307/3680280, whose rooms are such noise; Polack
    (1988), thesis, Université du Maine, on why late reverberation is
    """
    time = np.arange(1, round(rt60 * sampling_rate) + 1) / sampling_rate
    tail = generator.standard_normal(len(time)) * 10 ** (-3 * time / rt60)
    tail *= np.sqrt(10 ** (-direct_to_reverberant / 10) / np.sum(tail**2))
    return np.concatenate([[1.0], np.zeros(round(DIRECT * sampling_rate)), tail])


def reverberated(signal: Signal, response: NDArray[np.float64]) -> Signal:
    """The signal in that room, the direct sound as loud and as early as it was; the recording ends when it did."""
    return np.asarray(scipy.signal.fftconvolve(signal, response)[: len(signal)], np.float32)
