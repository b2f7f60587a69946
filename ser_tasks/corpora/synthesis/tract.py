"""The filter: resonances of the vocal tract, bands of frication, and filtering that glides between them."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

HOP = 64  # samples between filters: 4 ms at 16 kHz
N_FFT = 16 * HOP  # leaves each filter 56 ms to ring out, after which it is below -80 dB


def _unit_delay() -> NDArray[np.complex128]:
    """One sample of delay, exp(-j omega), at the bins of the FFT, shape (n_bins,)."""
    return np.asarray(np.exp(-2j * np.pi * fft.rfftfreq(N_FFT)))


def resonances(
    frequencies: NDArray[np.float64], bandwidths: NDArray[np.float64], *, sampling_rate: int
) -> NDArray[np.complex128]:
    """Response of a cascade of two-pole resonators, each of gain 1 at 0 Hz.

    Args:
        frequencies, bandwidths: shape (n_frames, n_formants), in Hz
        sampling_rate: in Hz

    Returns:
        shape (n_frames, n_bins)

    Source: Klatt (1980), doi:10.1121/1.383940
    """
    delay = _unit_delay()
    radius = np.exp(-np.pi * bandwidths / sampling_rate)
    first = 2 * radius * np.cos(2 * np.pi * frequencies / sampling_rate)
    second = -(radius**2)
    response = np.ones((len(frequencies), len(delay)), np.complex128)
    for b, c in zip(first.T, second.T, strict=True):
        response *= (1 - b - c)[:, None] / (1 - b[:, None] * delay - c[:, None] * delay**2)
    return response


def frication_band(
    centres: NDArray[np.float64], widths: NDArray[np.float64], *, sampling_rate: int
) -> NDArray[np.complex128]:
    """Response of a band-pass that turns white noise into frication of about the same power.

    Args:
        centres, widths: of the band, shape (n_frames,), in Hz
        sampling_rate: in Hz

    Returns:
        shape (n_frames, n_bins)
    """
    delay = _unit_delay()
    band = resonances(centres[:, None], widths[:, None], sampling_rate=sampling_rate) * (1 - delay**2)
    return np.asarray(band / np.sqrt(np.mean(np.abs(band) ** 2, axis=1, keepdims=True)))


def tilt(decibels: float, *, sampling_rate: int) -> NDArray[np.complex128]:
    """Response of a one-pole low-pass that is `decibels` (above 0) down at 3 kHz, shape (1, n_bins).

    Source: the parameter TL of Klatt & Klatt (1990), doi:10.1121/1.398894
    """
    # the pole a solves (1 - a)^2 (power - 1) = 2 a (1 - cos omega), that is a + 1/a = 2 q
    power = 10 ** (decibels / 10)
    q = 1 + (1 - np.cos(2 * np.pi * 3_000 / sampling_rate)) / (power - 1)
    pole = q - np.sqrt(q * q - 1)
    return np.asarray((1 - pole) / (1 - pole * _unit_delay()))[None]


def spectra(source: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Overlapping Hann frames of a source, which add up to it again.

    Args:
        source: shape (n_frames * HOP,)

    Returns:
        shape (n_frames, n_bins), one frame every HOP samples
    """
    padded = np.concatenate([np.zeros(HOP), source])
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2 * HOP)[::HOP]
    window = 0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * HOP) + 0.5) / HOP)
    return np.asarray(fft.rfft(frames * window, N_FFT))


def overlap_add(filtered: NDArray[np.complex128]) -> NDArray[np.float64]:
    """The signal whose frames have been filtered: the filters cross-fade, so a moving formant never clicks.

    Args:
        filtered: spectra times responses, shape (n_frames, n_bins)

    Returns:
        shape (n_frames * HOP,)
    """
    pieces = fft.irfft(filtered, N_FFT).reshape(len(filtered), N_FFT // HOP, HOP)
    hops = np.zeros((len(filtered) + N_FFT // HOP, HOP))
    for lag in range(N_FFT // HOP):
        hops[lag : lag + len(filtered)] += pieces[:, lag]
    return hops[1 : len(filtered) + 1].ravel()
