"""The source: glottal pulses, and the noise of breath."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal as dsp

OVERSAMPLING = 4  # pulses close abruptly: shaped at 4 times the rate, then decimated against aliasing
OPENING = 2 / 3  # of the open phase: the flow rises twice as long as it falls


def glottal_pulse(phase: NDArray[np.float64], open_quotient: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Derivative of the glottal flow at a phase of the cycle in [0, 1); zero mean over a cycle.

    Args:
        phase: shape (n_samples,)
        open_quotient: open part of the cycle, 0 to 1; one value or shape (n_samples,)

    Source: the trigonometric pulse (C) of Rosenberg (1971), doi:10.1121/1.1912389
    """
    rise, fall = OPENING * open_quotient, (1 - OPENING) * open_quotient
    opening = np.sin(np.pi * phase / rise) / rise
    closing = -np.sin(0.5 * np.pi * (phase - rise) / fall) / fall
    return 0.5 * np.where(phase < rise, opening, np.where(phase < open_quotient, closing, 0.0))


def closures(
    f0: NDArray[np.float64], *, sampling_rate: int, jitter: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Times at which the cycles begin, in s, shape (n_cycles + 1,): every period is perturbed on its own.

    Args:
        f0: shape (n_samples,), in Hz
        sampling_rate: of f0, in Hz
        jitter: standard deviation of a period, relative to it
        rng: the only source of chance
    """
    cycles = np.concatenate([[0.0], np.cumsum(f0) / sampling_rate])
    times = np.arange(len(cycles)) / sampling_rate
    regular = np.interp(np.arange(int(cycles[-1]) + 1), cycles, times)
    spare = int(20 + 5 * jitter * len(regular))  # periods past the end: jitter may shorten the sum
    periods = np.concatenate([np.diff(regular), np.full(spare, 1 / f0[-1])])
    periods *= 1 + jitter * np.clip(rng.standard_normal(len(periods)), -3, 3)
    return np.concatenate([[0.0], np.cumsum(periods)])


def glottal_source(
    f0: NDArray[np.float64],
    *,
    sampling_rate: int,
    open_quotient: float,
    jitter: float,
    shimmer: float,
    breath: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Pulse train with the noise of breath that each opening lets through.

    Args:
        f0: shape (n_samples,), in Hz
        sampling_rate: in Hz
        open_quotient: open part of each cycle, 0 to 1
        jitter: standard deviation of a period, relative to it
        shimmer: standard deviation of a cycle's amplitude, in dB
        breath: noise, in dB relative to the pulses
        rng: the only source of chance

    Returns:
        shape (n_samples,), RMS about 1 whatever the open quotient

    Source: pulse-synchronous aspiration as in Klatt & Klatt (1990), doi:10.1121/1.398894
    """
    rate = OVERSAMPLING * sampling_rate
    starts = closures(f0, sampling_rate=sampling_rate, jitter=jitter, rng=rng)
    cycle = np.interp(np.arange(OVERSAMPLING * len(f0)) / rate, starts, np.arange(len(starts)))
    number = cycle.astype(np.intp)
    gain = 10 ** (shimmer * np.clip(rng.standard_normal(len(starts)), -3, 3) / 20)
    pulses = glottal_pulse(cycle - number, open_quotient) * gain[number]
    pulses = dsp.resample_poly(pulses, 1, OVERSAMPLING)
    pulses /= np.sqrt(np.mean(pulses**2))
    is_open = (cycle - number)[::OVERSAMPLING] < open_quotient
    noise = rng.standard_normal(len(f0)) * np.where(is_open, 1.0, 0.4)
    return np.asarray(pulses + 10 ** (breath / 20) * noise)
