"""White noise."""

import numpy as np
from numpy.typing import NDArray


def with_white_noise(
    signal: NDArray[np.float32], *, generator: np.random.Generator, snr: tuple[float, float]
) -> NDArray[np.float32]:
    """White Gaussian noise added at a signal-to-noise ratio drawn evenly from a range.

    Args:
        signal: mono waveform, shape (n_samples,)
        generator: the chance
        snr: lowest and highest ratio of the mean powers of the whole clip, in dB (seed 004: 15 to 29)

    Returns:
        shape (n_samples,), at exactly the ratio drawn; may leave full scale; a silent clip stays silent
    """
    ratio = 10 ** (generator.uniform(*snr) / 10)
    noise = generator.standard_normal(len(signal), dtype=np.float32)
    power, noise_power = float(np.vdot(signal, signal)), float(np.vdot(noise, noise))
    noise *= np.float32(np.sqrt(power / ratio / noise_power)) if power else np.float32(0)
    noise += signal
    return noise


def with_noise_floor(
    signal: NDArray[np.float32], *, generator: np.random.Generator, amplitude: float
) -> NDArray[np.float32]:
    """White Gaussian noise of a fixed standard deviation, re full scale (seed 000: 0.005): (n_samples,)."""
    noise = generator.standard_normal(len(signal), dtype=np.float32)
    return np.asarray(signal + np.float32(amplitude) * noise)
