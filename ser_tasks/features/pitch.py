"""Harmonic ratio and fundamental frequency from the normalised autocorrelation, all frames at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from pydantic import PositiveFloat

from ser_tasks.errors import UserError
from ser_tasks.features.feature_set import FeatureSet, framing_of
from ser_tasks.features.framing import checked, frames_inside, samples_of
from ser_tasks.params.base import Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams

Array = NDArray[np.float64]

NAMES = ("harmonic_ratio", "f0")
QUIET = 1e-10  # energy products below this share of the frame's are silence: no correlation is read from them
NOISE_CROSSINGS = 0.15  # an autocorrelation that changes sign more often per lag is that of noise
LEAST_HARMONIC = 0.1  # below this harmonic ratio a frame has no pitch
OCTAVE_COST = 0.01  # a lag twice as long must correlate by this much better


class PitchParams(Section):
    """Harmonic ratio and fundamental frequency by autocorrelation."""

    window: PositiveFloat  # s, more than a period of f_min
    hop: PositiveFloat  # s
    f_min: PositiveFloat  # Hz
    f_max: PositiveFloat  # Hz


def harmonicity_and_f0(
    signal: NDArray[np.floating], *, sampling_rate: int, window: float, hop: float, f_min: float, f_max: float
) -> Array:
    """Harmonic ratio and F0 of one utterance.

    Args:
        signal: mono waveform, shape (n_samples,); its level does not matter
        sampling_rate: in Hz
        window, hop: in s; an incomplete last window is dropped, a shorter signal filled with zeros
        f_min, f_max: range of F0, in Hz

    Returns:
        shape (n_frames, 2): harmonic ratio in [0, 1] (0: noise or silence, 1: periodic); F0 in Hz, 0 if
        unvoiced

    Raises:
        UserError: no samples, or a window that does not hold one period of f_min

    Source: Giannakopoulos & Pikrakis (2014), Introduction to Audio Analysis, chapter 4; the overlap of each
    lag and the choice among octaves: Boersma (1993), Proc. Inst. Phonetic Sciences 17, 97-110
    """
    n_window, n_hop = samples_of(window, sampling_rate), samples_of(hop, sampling_rate)
    longest = int(np.ceil(sampling_rate / f_min)) + 1  # one more, so that a peak at f_min has two neighbours
    if not (f_min < f_max and longest < n_window):
        raise UserError(
            f"pitch: a window of {window} s cannot hold periods of {f_min} to {f_max} Hz. "
            f"Set f_min < f_max, and a window of more than {1 / f_min:.4f} s."
        )
    centred = checked(signal) - signal.mean(dtype=np.float64)
    correlation = normalised_autocorrelation(frames_inside(centred, window=n_window, hop=n_hop), longest)
    correlation = without_noise(correlation)
    ratio = np.clip(correlation.max(axis=1), 0, 1)
    f0 = sampling_rate / best_lag(correlation, shortest=sampling_rate / f_max)
    return np.stack([ratio, np.where(ratio < LEAST_HARMONIC, 0.0, f0)], axis=1)


def normalised_autocorrelation(frames: Array, longest: int) -> Array:
    """Correlation of every frame with itself, each lag over the part that overlaps.

    Args:
        frames: shape (n_frames, window)
        longest: lag in samples, less than window

    Returns:
        shape (n_frames, longest + 1), in [-1, 1]: 1 at every multiple of a period, 0 in silence
    """
    window = frames.shape[1]
    n_fft = scipy.fft.next_fast_len(window + longest, real=True)
    spectrum = scipy.fft.rfft(frames, n=n_fft, axis=1)
    products = scipy.fft.irfft(spectrum.real**2 + spectrum.imag**2, n=n_fft, axis=1)[:, : longest + 1]
    energy = np.cumsum(frames**2, axis=1)
    total = energy[:, -1:]
    head = energy[:, window - 1 - np.arange(longest + 1)]  # of the samples that have a partner one lag later
    tail = total - np.pad(energy[:, :longest], ((0, 0), (1, 0)))
    norm = head * tail
    audible = norm > QUIET * total**2
    return np.where(audible, products / np.sqrt(np.where(audible, norm, 1.0)), 0.0)


def without_noise(correlation: Array) -> Array:
    """Zeros before the first zero crossing of a frame, and throughout one that crosses zero too often."""
    positive = correlation > 0
    crossings = np.diff(positive, axis=1)
    first = np.cumsum(crossings, axis=1) > 0
    noisy = crossings.mean(axis=1) > NOISE_CROSSINGS
    kept = np.pad(first, ((0, 0), (1, 0))) & ~noisy[:, None]
    return np.where(kept, correlation, 0.0)


def best_lag(correlation: Array, *, shortest: float) -> Array:
    """Lag of the highest peak, short ones first, refined by a parabola: (n_frames,); infinite: no peak."""
    lags = np.arange(1, correlation.shape[1] - 1)
    before, here, after = correlation[:, :-2], correlation[:, 1:-1], correlation[:, 2:]
    peak = (here > before) & (here >= after) & (here > 0) & (lags >= shortest)
    shift = np.divide(before - after, 2 * (before - 2 * here + after), out=np.zeros_like(here), where=peak)
    height = here - (before - after) * shift / 4
    best = np.where(peak, height - OCTAVE_COST * np.log2(lags), -np.inf).argmax(axis=1)
    refined = lags[best] + np.take_along_axis(shift, best[:, None], axis=1)[:, 0]
    return np.where(peak.any(axis=1), refined, np.inf)


def _extract(signal: NDArray[np.float32], *, audio: AudioParams, pitch: PitchParams) -> Array:
    return harmonicity_and_f0(signal, sampling_rate=audio.sampling_rate, **pitch.model_dump())


def _dimensions(*, audio: AudioParams, pitch: PitchParams) -> tuple[str, ...]:
    return NAMES


PITCH = FeatureSet("pitch", ("audio", "pitch"), _extract, _dimensions, framing_of("pitch"))
