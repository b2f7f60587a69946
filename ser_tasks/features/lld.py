"""The 34 short-term descriptors of pyAudioAnalysis and their differences, all frames at once.

Equal to `pyAudioAnalysis.ShortTermFeatures.feature_extraction` (0.3.14) on the same samples as 16-bit
integers, its oddities included: DC is removed and the peak set to one, so loudness is lost (`log_mel` keeps
it); the filters of the cepstrum see twice the true frequency; the chroma keeps one FFT bin of each semitone.

Filters are sparse: fewer products, and none of the threads that a dense product starts in each worker.

Source: Giannakopoulos (2015), doi:10.1371/journal.pone.0144610; cepstrum: Slaney (1998), Auditory Toolbox
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import scipy.fft
import scipy.sparse
from numpy.typing import NDArray
from pydantic import Field, PositiveFloat

from ser_tasks.errors import UserError
from ser_tasks.features.feature_set import FeatureSet, framing_of
from ser_tasks.features.framing import checked, frames_inside, samples_of
from ser_tasks.params.base import Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams

Array = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
SMALLEST_PEAK = 1e-10  # keeps the peak normalisation of digital silence finite
N_BLOCKS = 10  # of the two entropies
ROLLOFF = 0.90  # share of the spectral energy
N_MFCC = 13
LINEAR_HZ = 133.33 + np.arange(13) * 200 / 3  # lower edges of the linear filters; then log steps
LOG_STEP, N_LOG = 1.0711703, 27
A0_HZ = 27.5

NAMES = (
    "zcr",
    "energy",
    "energy_entropy",
    "spectral_centroid",
    "spectral_spread",
    "spectral_entropy",
    "spectral_flux",
    "spectral_rolloff",
    *(f"mfcc_{i}" for i in range(1, N_MFCC + 1)),
    *(f"chroma_{i}" for i in range(1, 13)),
    "chroma_std",
)


# Not written while it is the default: whatever was recorded before the key existed keeps its digest.
LldEngine = Annotated[Literal["vectorised", "pyAudioAnalysis"], Field(exclude_if=lambda name: name == "vectorised")]


class LldParams(Section):
    """The 34 short-term descriptors of pyAudioAnalysis."""

    window: PositiveFloat  # s
    hop: PositiveFloat  # s
    deltas: bool  # frame-to-frame differences too: 68 values instead of 34
    engine: LldEngine = "vectorised"  # all frames at once in NumPy; or the library itself, to match it to the bit


def short_term_descriptors(
    signal: NDArray[np.floating], *, sampling_rate: int, window: float, hop: float, deltas: bool
) -> Array:
    """Short-term descriptors of one utterance.

    Args:
        signal: mono waveform, shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz
        window, hop: in s; an incomplete last window is dropped
        deltas: append the difference to the frame before (0 in the first frame)

    Returns:
        shape (n_frames, 34), or (n_frames, 68) with deltas; named by `lld_names`. A signal shorter than one
        window, which pyAudioAnalysis refuses, is normalised and then filled with zeros to one frame.

    Raises:
        UserError: no samples, or a window too short for the chroma
    """
    n_window, n_hop = samples_of(window, sampling_rate), samples_of(hop, sampling_rate)
    samples = dc_and_peak_normalised(checked(signal))
    samples = np.pad(samples, (0, max(0, n_window - len(samples))))
    magnitude = magnitude_spectrum(samples, window=n_window, hop=n_hop)
    power = magnitude**2
    columns = np.hstack(
        [
            waveform_descriptors(samples, window=n_window, hop=n_hop),
            *centroid_and_spread(magnitude),
            block_entropy(power),
            flux(magnitude),
            rolloff(power),
            cepstrum(magnitude, sampling_rate),
            chroma(power, sampling_rate),
        ]
    )
    return np.hstack([columns, np.diff(columns, axis=0, prepend=columns[:1])]) if deltas else columns


def lld_names(*, deltas: bool) -> tuple[str, ...]:
    """Names of the columns, as pyAudioAnalysis spells them."""
    return NAMES + tuple(f"delta {name}" for name in NAMES) if deltas else NAMES


def dc_and_peak_normalised(signal: NDArray[np.floating]) -> Array:
    """Zero mean, largest absolute value one; silence stays zero."""
    centred = signal - signal.mean(dtype=np.float64)
    return np.asarray(centred / (np.abs(centred).max() + SMALLEST_PEAK))


def magnitude_spectrum(samples: Array, *, window: int, hop: int) -> Array:
    """|FFT| / n_bins of every frame, no taper, no Nyquist bin: (n_frames, n_bins), n_bins = window // 2."""
    spectrum = scipy.fft.rfft(frames_inside(samples, window=window, hop=hop), axis=1)
    return np.asarray(np.abs(spectrum[:, : window // 2]) / (window // 2))


def waveform_descriptors(samples: Array, *, window: int, hop: int) -> Array:
    """Zero-crossing rate, energy and entropy of energy: (n_samples,) -> (n_frames, 3)."""
    crossings = np.abs(np.diff(np.sign(samples))) / 2
    rate = frames_inside(crossings, window=window - 1, hop=hop).mean(axis=1, keepdims=True)
    power = frames_inside(samples**2, window=window, hop=hop)
    return np.hstack([rate, power.mean(axis=1, keepdims=True), block_entropy(power)])


def block_entropy(power: Array) -> Array:
    """Entropy in bit of how the power spreads over ten equal blocks: (n_frames, n) -> (n_frames, 1)."""
    length = power.shape[1] // N_BLOCKS
    blocks = power[:, : length * N_BLOCKS].reshape(len(power), N_BLOCKS, length).sum(axis=2)
    share = blocks / (power.sum(axis=1, keepdims=True) + EPS)
    return np.asarray(-(share * np.log2(share + EPS)).sum(axis=1, keepdims=True))


def centroid_and_spread(magnitude: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of the frequency, weighted by magnitude, in units of Nyquist; 0 in silence.

    Shape (n_frames, n_bins) -> (n_frames, 1) each.
    """
    frequency = np.arange(1, magnitude.shape[1] + 1) / magnitude.shape[1]
    peak = magnitude.max(axis=1)
    total = magnitude.sum(axis=1) + EPS * np.where(peak == 0, 1.0, peak)
    centroid = (np.einsum("ij,j->i", magnitude, frequency) / total)[:, None]
    variance = np.einsum("ij,ij->i", (frequency - centroid) ** 2, magnitude) / total
    return centroid, np.sqrt(variance)[:, None]


def flux(magnitude: Array) -> Array:
    """Squared distance of the normalised spectrum to the frame before, 0 in the first: (n_frames, 1)."""
    share = magnitude / (magnitude.sum(axis=1, keepdims=True) + magnitude.shape[1] * EPS)
    distance = ((share[1:] - share[:-1]) ** 2).sum(axis=1, keepdims=True)
    return np.pad(distance, ((1, 0), (0, 0)))


def rolloff(power: Array) -> Array:
    """Frequency below which 90 % of the energy lies, in units of Nyquist, 0 in silence: (n_frames, 1)."""
    cumulative = np.cumsum(power, axis=1)
    above = cumulative > ROLLOFF * cumulative[:, -1:] - EPS
    return np.asarray(above.argmax(axis=1, keepdims=True) / power.shape[1])


def cepstrum(magnitude: Array, sampling_rate: int) -> Array:
    """13 cepstral coefficients of the log of 40 bands of magnitude: (n_frames, n_bins) -> (n_frames, 13)."""
    log_bands = np.log10((cepstrum_filters(sampling_rate, magnitude.shape[1]) @ magnitude.T).T + EPS)
    return np.asarray(scipy.fft.dct(log_bands, type=2, norm="ortho", axis=1)[:, :N_MFCC])


def chroma(power: Array, sampling_rate: int) -> Array:
    """Share of the energy on each of 12 notes, and the standard deviation of the shares: (n_frames, 13)."""
    total = power.sum(axis=1, keepdims=True)
    notes = (chroma_map(sampling_rate, power.shape[1]) @ power.T).T / np.where(total == 0, EPS, total)
    return np.hstack([notes, notes.std(axis=1, keepdims=True)])


@lru_cache(maxsize=8)
def cepstrum_filters(sampling_rate: int, n_bins: int) -> scipy.sparse.csr_array:
    """40 triangles of equal area, (40, n_bins).

    As in pyAudioAnalysis the bins count as 0 Hz to the sampling rate, though they reach half of it.
    """
    edges = np.concatenate([LINEAR_HZ, LINEAR_HZ[-1] * LOG_STEP ** np.arange(1, N_LOG + 3)])
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    frequency = (np.arange(n_bins) * sampling_rate / n_bins)[:, None]
    triangle = np.minimum((frequency - low) / (centre - low), (high - frequency) / (high - centre))
    return scipy.sparse.csr_array((np.maximum(triangle, 0) * 2 / (high - low)).T)


@lru_cache(maxsize=8)
def chroma_map(sampling_rate: int, n_bins: int) -> scipy.sparse.csr_array:
    """Which bin feeds which of the 12 notes, and by what weight, (12, n_bins).

    As in pyAudioAnalysis only the last bin of every semitone counts, and is divided by the number of bins of
    another semitone, the one of the bin that carries the semitone's number.

    Raises:
        UserError: more semitones than bins
    """
    note = np.round(12 * np.log2(np.arange(1, n_bins + 1) * sampling_rate / (2 * n_bins) / A0_HZ)).astype(int)
    if note.max() >= n_bins:
        raise UserError(
            f"lld.window: a window of {2 * n_bins} samples at {sampling_rate} Hz has {n_bins} bins for "
            f"{note.max()} semitones, so the chroma is undefined. Lengthen the window, 0.025 s is usual."
        )
    n_bins_of_note = np.unique_counts(note).counts[np.unique_inverse(note).inverse_indices]
    bin_of_note = np.full(n_bins, -1)
    bin_of_note[note] = np.arange(n_bins)  # the last bin wins; notes below A0 wrap to the end
    filled = np.flatnonzero(bin_of_note >= 0)
    weights = 1 / n_bins_of_note[note[filled]]
    return scipy.sparse.csr_array((weights, (filled % 12, bin_of_note[filled])), shape=(12, n_bins))


def _extract(signal: NDArray[np.float32], *, audio: AudioParams, lld: LldParams) -> Array:
    return short_term_descriptors(signal, sampling_rate=audio.sampling_rate, **lld.model_dump())


def _dimensions(*, audio: AudioParams, lld: LldParams) -> tuple[str, ...]:
    return lld_names(deltas=lld.deltas)


LLD = FeatureSet("lld", ("audio", "lld"), _extract, _dimensions, framing_of("lld"))
