"""Harmonic ratio and fundamental frequency from the normalised autocorrelation, many frames at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy  # loads its parts when they are first used
from numpy.typing import NDArray
from pydantic import PositiveFloat

from ser_tasks.errors import UserError
from ser_tasks.features.feature_set import FeatureSet, framing_of
from ser_tasks.features.framing import blocks_of, checked, frames_inside, samples_of
from ser_tasks.params.base import Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams

Array = NDArray[np.float64]
Index = NDArray[np.intp]

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
    signal: NDArray[np.floating],
    *,
    sampling_rate: int,
    window: float,
    hop: float,
    f_min: float,
    f_max: float,
    where: NDArray[np.bool_] | None = None,
) -> Array:
    """Harmonic ratio and F0 of one utterance.

    Args:
        signal: mono waveform, shape (n_samples,); its level does not matter
        sampling_rate: in Hz
        window, hop: in s; an incomplete last window is dropped, a shorter signal filled with zeros
        f_min, f_max: range of F0, in Hz
        where: frames that are measured, shape (n_frames,); None: all

    Returns:
        shape (n_frames, 2): harmonic ratio in [0, 1] (0: noise or silence, 1: periodic); F0 in Hz, 0 if
        unvoiced; both 0 in frames that are not measured

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
    frames = frames_inside(centred, window=n_window, hop=n_hop)
    found = np.zeros((len(frames), 2))
    for block in blocks_of(np.arange(len(frames)) if where is None else np.flatnonzero(where)):
        correlation = without_noise(normalised_autocorrelation(frames[block], longest))
        ratio = np.clip(correlation.max(axis=1), 0, 1)
        f0 = sampling_rate / best_lag(correlation, shortest=sampling_rate / f_max)
        found[block] = np.stack([ratio, np.where(ratio < LEAST_HARMONIC, 0.0, f0)], axis=1)
    return found


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
    norm = energy[:, window - 1 - longest :][:, ::-1].copy()  # of the samples that have a partner one lag later,
    norm[:, :1] *= total  # times that of the partners
    norm[:, 1:] *= total - energy[:, :longest]
    silent = norm <= QUIET * total**2
    norm[silent] = 1.0
    return np.where(silent, 0.0, products / np.sqrt(norm, out=norm))


def without_noise(correlation: Array) -> Array:
    """Zeros before the first zero crossing of a frame, and throughout one that crosses zero too often."""
    crossings = np.diff(correlation > 0, axis=1)
    noisy = crossings.mean(axis=1) > NOISE_CROSSINGS
    first = np.where(crossings.any(axis=1) & ~noisy, crossings.argmax(axis=1) + 1, correlation.shape[1])
    return np.where(np.arange(correlation.shape[1]) < first[:, None], 0.0, correlation)


def best_lag(correlation: Array, *, shortest: float) -> Array:
    """Lag of the highest peak, short ones first, refined by a parabola: (n_frames,); infinite: no peak."""
    here = correlation[:, 1:-1]
    peaks = (here > correlation[:, :-2]) & (here >= correlation[:, 2:]) & (here > 0)
    peaks[:, : max(0, int(np.ceil(shortest)) - 1)] = False
    frame, lag = np.nonzero(peaks)
    heights = np.full(peaks.shape, -np.inf)
    heights[frame, lag] = vertex(correlation, frame, lag + 1)[1] - OCTAVE_COST * np.log2(lag + 1)
    pitched = np.flatnonzero(peaks.any(axis=1))
    best = heights[pitched].argmax(axis=1) + 1
    found = np.full(len(correlation), np.inf)
    found[pitched] = best + vertex(correlation, pitched, best)[0]
    return found


def vertex(correlation: Array, frame: Index, lag: Index) -> tuple[Array, Array]:
    """Of the parabola through a peak and its neighbours: how far from the lag it lies, and its height; (n,) each."""
    before, here, after = (correlation[frame, lag + step] for step in (-1, 0, 1))
    shift = (before - after) / (2 * (before - 2 * here + after))
    return shift, here - (before - after) * shift / 4


def pitch_where(
    signal: NDArray[np.float32], where: NDArray[np.bool_] | None, *, audio: AudioParams, pitch: PitchParams
) -> Array:
    """`harmonicity_and_f0` of some frames by these sections of params.yaml."""
    return harmonicity_and_f0(signal, sampling_rate=audio.sampling_rate, where=where, **pitch.model_dump())


def _extract(signal: NDArray[np.float32], *, audio: AudioParams, pitch: PitchParams) -> Array:
    return pitch_where(signal, None, audio=audio, pitch=pitch)


def _dimensions(*, audio: AudioParams, pitch: PitchParams) -> tuple[str, ...]:
    return NAMES


PITCH = FeatureSet("pitch", ("audio", "pitch"), _extract, _dimensions, framing_of("pitch"))
