"""Noise added at a ratio to the active part of speech."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.evaluation.robustness.level import speech_power

Signal = NDArray[np.float32]
AUDIBLE = 20  # Hz: pink noise has as much power in every octave, and most octaves of a clip lie below what is audible


def white_noise(n_samples: int, *, generator: np.random.Generator) -> Signal:
    """Gaussian, the same power at every frequency: (n_samples,)."""
    return generator.standard_normal(n_samples, dtype=np.float32)


def pink_noise(n_samples: int, *, sampling_rate: int, generator: np.random.Generator) -> Signal:
    """Gaussian, its power falling by 3 dB an octave from AUDIBLE on, nothing below: (n_samples,)."""
    frequency = np.fft.rfftfreq(n_samples, 1 / sampling_rate)
    weight = np.where(frequency >= AUDIBLE, 1 / np.sqrt(np.maximum(frequency, AUDIBLE)), 0)
    spectrum = np.fft.rfft(generator.standard_normal(n_samples)) * weight
    return np.asarray(np.fft.irfft(spectrum, n_samples), np.float32)


def with_noise(signal: Signal, noise: Signal, *, snr: float, sampling_rate: int, speech_range: float) -> Signal:
    """The sum, the noise scaled to a ratio of the mean powers of active speech and of the whole noise.

    Args:
        signal: mono waveform, shape (n_samples,)
        noise: as long
        snr: in dB
        sampling_rate: in Hz
        speech_range: see `speech_power`

    Returns:
        shape (n_samples,), the speech as loud as it was; may leave full scale; a silent clip stays silent
    """
    noise_power = float(np.mean(np.square(noise, dtype=np.float64)))
    wanted = speech_power(signal, sampling_rate=sampling_rate, speech_range=speech_range) / 10 ** (snr / 10)
    scale = np.sqrt(wanted / noise_power) if noise_power else 0.0
    return np.asarray(signal + np.float32(scale) * noise, np.float32)
