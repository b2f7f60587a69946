"""The 200 statistics of Fabien's SVM as published: 20 short-term descriptors of Hamming windows, ten statistics each.

Beside `functionals`, which is what this project makes of them; here nothing is improved, so that what was published can
be run. The oddities that decide values are kept: samples on the scale of 16-bit integers, an FFT of `n_fft` samples for
the cepstrum even where the window holds more, decibels of a power counted twice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import scipy  # loads its parts when they are first used
import scipy.sparse
from numpy.typing import NDArray
from pydantic import PositiveFloat

from ser_tasks.features.feature_set import FeatureSet
from ser_tasks.features.framing import checked, frames_inside, samples_of
from ser_tasks.features.functionals import statistics, statistics_names
from ser_tasks.features.lld import NAMES as LLD_NAMES
from ser_tasks.params.base import Count, Fraction, Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams

Array = NDArray[np.float64]

FULL_SCALE = 2**15  # of 16-bit integers
EPS = 1e-7
N_BLOCKS = 10  # of the two entropies
ROLLOFF = 0.90  # share of the spectral energy
N_MELS, N_MFCC = 40, 12

NAMES = (*LLD_NAMES[: LLD_NAMES.index("mfcc_1")], *(f"mfcc_{i}" for i in range(1, N_MFCC + 1)))  # of pyAudioAnalysis


class PublishedFunctionalsParams(Section):
    """Statistics as Fabien's SVM was published with."""

    window: PositiveFloat  # s, Hamming
    hop: PositiveFloat  # s
    n_fft: Count  # samples of a window that the cepstrum sees, from its first on
    pre_emphasis: Fraction | None  # of the sample before; null: none, as the published code, whatever its README says


def published_descriptors(
    signal: NDArray[np.floating],
    *,
    sampling_rate: int,
    window: float,
    hop: float,
    n_fft: int,
    pre_emphasis: float | None,
) -> Array:
    """Short-term descriptors of one utterance.

    Args:
        signal: mono waveform, shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz (Fabien: 44100)
        window, hop: in s (0.025, 0.010); an incomplete last window is dropped, a shorter signal filled with zeros
        n_fft: samples (512)
        pre_emphasis: share of the sample before that is taken off each (README: 0.97; code: none)

    Returns:
        shape (n_frames, 20), named by NAMES

    Raises:
        UserError: no samples

    Source: maelfabien/Multimodal-Emotion-Recognition at dde3cc4; mel scale: O'Shaughnessy (1987), as in HTK
    """
    samples = checked(signal).astype(np.float64) * FULL_SCALE
    if pre_emphasis is not None:
        samples = samples - pre_emphasis * np.concatenate([[0.0], samples[:-1]])
    n_window, n_hop = samples_of(window, sampling_rate), samples_of(hop, sampling_rate)
    frames = frames_inside(samples, window=n_window, hop=n_hop) * np.hamming(n_window)
    magnitude = np.abs(scipy.fft.fft(frames, axis=1))[:, : n_window // 2] / n_window
    return np.hstack(
        [
            zero_crossing_rate(frames),
            (frames**2).mean(axis=1, keepdims=True),
            block_entropy(frames),
            centroid_and_spread(magnitude),
            block_entropy(magnitude),
            flux(magnitude),
            rolloff(magnitude),
            cepstrum(frames, sampling_rate=sampling_rate, n_fft=n_fft),
        ]
    )


def zero_crossing_rate(frames: Array) -> Array:
    """Changes of sign per sample: (n_frames, n) -> (n_frames, 1)."""
    changes = np.abs(np.diff(np.sign(frames), axis=1)).sum(axis=1, keepdims=True)
    return np.asarray(changes / (2 * (frames.shape[1] - 1)))


def block_entropy(values: Array) -> Array:
    """Entropy in bits of the energies of ten blocks: (n_frames, n) -> (n_frames, 1); what is left over counts below."""
    width = values.shape[1] // N_BLOCKS
    blocks = values[:, : width * N_BLOCKS].reshape(len(values), N_BLOCKS, width)
    shares = (blocks**2).sum(axis=2) / ((values**2).sum(axis=1, keepdims=True) + EPS)
    return np.asarray(-(shares * np.log2(shares + EPS)).sum(axis=1, keepdims=True))


def centroid_and_spread(magnitude: Array) -> Array:
    """Mean and standard deviation of frequency, weighted by magnitude, 1 at half the rate: (n_frames, 2)."""
    n_bins = magnitude.shape[1]
    frequency = np.arange(1, n_bins + 1) / n_bins
    weights = magnitude / (magnitude.max(axis=1, keepdims=True) + EPS)
    total = weights.sum(axis=1, keepdims=True) + EPS
    centroid = (weights * frequency).sum(axis=1, keepdims=True) / total
    spread = np.sqrt((weights * (frequency - centroid) ** 2).sum(axis=1, keepdims=True) / total)
    return np.hstack([centroid, spread])


def flux(magnitude: Array) -> Array:
    """Squared distance of the spectrum, its sum one, from that of the frame before; 0 in the first: (n_frames, 1)."""
    shares = magnitude / (magnitude + EPS).sum(axis=1, keepdims=True)
    return np.asarray((np.diff(shares, axis=0, prepend=shares[:1]) ** 2).sum(axis=1, keepdims=True))


def rolloff(magnitude: Array) -> Array:
    """First bin below and at which lies ROLLOFF of the energy, as a share of all bins: (n_frames, 1)."""
    energy = np.cumsum(magnitude**2, axis=1)
    above = energy + EPS > ROLLOFF * energy[:, -1:]
    return np.asarray(above.argmax(axis=1)[:, None] / magnitude.shape[1])


def cepstrum(frames: Array, *, sampling_rate: int, n_fft: int) -> Array:
    """Coefficients 1 to 12 of the first `n_fft` samples of each frame: (n_frames, n) -> (n_frames, 12)."""
    power = np.abs(scipy.fft.rfft(frames, n_fft, axis=1)) ** 2 / n_fft
    bands = power @ mel_filters(sampling_rate, n_fft).T
    decibels = 20 * np.log10(np.where(bands == 0, np.finfo(np.float64).eps, bands))
    return np.asarray(scipy.fft.dct(decibels, type=2, axis=1, norm="ortho")[:, 1 : N_MFCC + 1])


@lru_cache(maxsize=4)
def mel_filters(sampling_rate: int, n_fft: int) -> scipy.sparse.csr_array:
    """40 triangles between whole bins, evenly on the mel scale up to half the rate: (40, n_fft // 2 + 1), height 1."""
    edges = 700 * (10 ** (np.linspace(0, np.log10(1 + sampling_rate / 2 / 700), N_MELS + 2)) - 1)
    bins = np.floor((n_fft + 1) * edges / sampling_rate)
    k = np.arange(n_fft // 2 + 1)
    low, peak, high = (bins[i : i + N_MELS, None] for i in range(3))
    rising = (k - low) / np.maximum(peak - low, 1) * ((k >= low) & (k < peak))
    falling = (high - k) / np.maximum(high - peak, 1) * ((k >= peak) & (k < high))
    return scipy.sparse.csr_array(rising + falling)


def _extract(
    signal: NDArray[np.float32], *, audio: AudioParams, published_functionals: PublishedFunctionalsParams
) -> Array:
    settings = published_functionals.model_dump()
    return statistics(published_descriptors(signal, sampling_rate=audio.sampling_rate, **settings)).reshape(1, -1)


def _dimensions(*, audio: AudioParams, published_functionals: PublishedFunctionalsParams) -> tuple[str, ...]:
    return statistics_names(NAMES)


PUBLISHED_FUNCTIONALS = FeatureSet(
    "published_functionals", ("audio", "published_functionals"), _extract, _dimensions, framing=None
)
