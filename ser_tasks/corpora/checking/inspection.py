"""Signal statistics of one file, for `ser check`, and which files hold the same take.

A take is recognised although a codec, another rate or another level came between. Measured: the bands of different
takes correlate by at most 0.985 (RAVDESS, where an actor speaks a sentence twice; EMO-DB 0.87), those of a take and its
MP3, Vorbis, Opus or G.711 copy at half the level by 0.992 or more, but for quiet clips in G.711 (0.976). GSM and MP3 at
8 kbit/s may change more than that, and are not always found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

import numpy as np
import scipy  # loads its parts when they are first used
from numpy.typing import NDArray

from ser_tasks.audio.channels import mixed_down, remark_on_channels
from ser_tasks.audio.decode import AudioError, read_recording
from ser_tasks.audio.recording import PointerError
from ser_tasks.corpora.checking.fingerprint import DIGITS

HOP = 0.010  # s of one column, of which four are compared at once
EDGES = (150.0, 300.0, 500.0, 750.0, 1_100.0, 1_600.0, 2_300.0, 3_300.0)  # Hz: what a telephone leaves
FLOOR_DECADES = 5.0  # of 10: decades of power below the loudest column that count
BINS = 16  # in time, of the outline that is compared first
LAG = 12  # columns by which codecs may delay
OUTLINE, SAME = 0.97, 0.99  # correlations: of outlines that are looked at closely, and of one take
LEAST = 0.45  # s, of the longer one: less is too little to tell takes apart
LENGTH = 0.2  # s by which the lengths of two copies may differ
BLOCK = 500  # outlines that are compared at once with all of about their length

Bands = NDArray[np.float32]

BANDS = 32  # equal parts of 0 Hz to half the sampling rate
WINDOW = 2_048  # samples of one spectrum
FULL_SCALE = 0.999
CLIPPED_RUN = 3  # samples in a row at full scale: one alone is a peak-normalised file
CLIFF = 25.0  # dB within two bands; RAVDESS itself falls by 16 at most, near 21 kHz
CLIFF_BEFORE = 0.85  # of half the sampling rate; a converter's own filter comes later
NOTHING = -105.0  # dBFS in a band: 16-bit rounding leaves about -116
FLOOR = 1e-10  # keeps log10 finite on digital silence: -200 dBFS of amplitude


def bands_of(signal: NDArray[np.float32], sampling_rate: int) -> Bands:
    """Log power in bands over time: (n_samples,) -> (n_columns, n_bands), each band without its mean."""
    hop = round(HOP * sampling_rate)
    padded = np.pad(signal, (0, max(4 * hop - len(signal), 0)))
    frequencies, _, spectrum = scipy.signal.stft(
        padded, sampling_rate, nperseg=4 * hop, noverlap=3 * hop, boundary=None, padded=False
    )
    power = np.square(np.abs(spectrum))
    within = [(low <= frequencies) & (frequencies < high) for low, high in pairwise(EDGES)]
    bands = np.stack([power[band].sum(axis=0) for band in within], axis=1)
    loudest = bands.sum(axis=1).max()
    levels = np.log10(np.maximum(bands, loudest * 10**-FLOOR_DECADES) + 1e-30)
    return np.asarray(levels - levels.mean(axis=0), np.float32)


def same_takes(bands: Sequence[Bands]) -> Iterator[tuple[int, int, float]]:
    """Pairs of files that hold one take, and the correlation of their bands; files of about one length are compared.

    Args:
        bands: of each file, from `bands_of`
    """
    columns = np.array([len(one) for one in bands], int)
    order = np.argsort(columns, kind="stable")
    columns, outlines = columns[order], [_outline(bands[number]) for number in order]
    found = []
    for first in range(0, len(order), BLOCK):
        own = columns[first : first + BLOCK]
        last = int(np.searchsorted(columns, own[-1] + LENGTH / HOP, side="right"))
        alike = np.stack(outlines[first : first + BLOCK]) @ np.stack(outlines[first:last]).T
        near = (columns[first:last] - own[:, None] <= LENGTH / HOP) & (columns[first:last] >= LEAST / HOP)
        for pair in np.argwhere(np.triu((alike > OUTLINE) & near, 1)):  # each with those behind it
            one, other = sorted(int(order[first + number]) for number in pair)
            found.append((one, other, correlation(bands[one], bands[other])))
    yield from sorted(pair for pair in found if pair[-1] > SAME)


def correlation(one: Bands, other: Bands) -> float:
    """Correlation of two files' bands where they fit best, up to LAG columns apart, halves of columns included."""
    half: Bands = np.asarray((other[1:] + other[:-1]) / 2, np.float32)  # a delay of half a column
    return max(_alike(one, shifted, lag) for shifted in (other, half) for lag in range(-LAG, LAG + 1))


def _alike(one: Bands, other: Bands, lag: int) -> float:
    n = min(len(one) - max(lag, 0), len(other) - max(-lag, 0))
    if n <= LAG:
        return -1.0
    a, b = one[max(lag, 0) :][:n], other[max(-lag, 0) :][:n]
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float((a * b).sum() / scale) if scale else 0.0


def _outline(bands: Bands) -> NDArray[np.float32]:
    """The bands in BINS columns, of length 1."""
    edges = np.linspace(0, len(bands), BINS + 1).astype(int)
    flat = np.concatenate([bands[low : max(high, low + 1)].mean(axis=0) for low, high in pairwise(edges)])
    flat = flat - flat.mean()
    return np.asarray(flat / (np.linalg.norm(flat) or 1.0), np.float32)


@dataclass(frozen=True)
class Inspected:
    """One file, decoded; levels in dB re full scale."""

    path: str
    n_samples: int  # per channel
    sampling_rate: int  # Hz
    n_channels: int
    digest: str  # beginning of `Recording.sha256`
    peak: float
    rms: float
    clipped: int  # runs of samples at full scale
    spectrum: NDArray[np.float32]  # shape (BANDS,): power of each band, dBFS
    bands: Bands  # by which copies of one take are found
    notes: tuple[str, ...]  # on how it was read
    remark: str | None  # on its channels

    @property
    def stem(self) -> str:
        """File name without folder and extension."""
        return PurePosixPath(self.path).stem

    @property
    def duration(self) -> float:
        """Length in s."""
        return self.n_samples / self.sampling_rate


@dataclass(frozen=True)
class Unreadable:
    """A file that is no recording, and why."""

    path: str
    why: str
    pointer: bool = False  # to a file that Git LFS has not fetched


def inspect_file(root: Path, path: str) -> Inspected | Unreadable:
    """Measures of one file, decoded; `path` is relative to the corpus root."""
    try:
        recording = read_recording(root / path)
    except AudioError as error:
        return Unreadable(path, str(error), isinstance(error, PointerError))
    samples = recording.samples
    mono = mixed_down(samples)
    return Inspected(
        path=path,
        n_samples=len(samples),
        sampling_rate=recording.sampling_rate,
        n_channels=samples.shape[1],
        digest=recording.sha256[:DIGITS],
        peak=decibels(float(np.abs(samples).max())),
        rms=decibels(float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))),
        clipped=clipped_runs(samples),
        spectrum=band_levels(mono),
        bands=bands_of(mono, recording.sampling_rate),
        notes=recording.notes,
        remark=remark_on_channels(samples),
    )


def decibels(amplitude: float) -> float:
    """20 log10 of an amplitude re full scale."""
    return float(20 * np.log10(max(amplitude, FLOOR)))


def clipped_runs(samples: NDArray[np.float32]) -> int:
    """Runs of CLIPPED_RUN samples or more at full scale, shape (n_samples, n_channels)."""
    loud = np.abs(samples) >= FULL_SCALE
    if not loud.any():
        return 0
    edges = np.diff(np.pad(loud, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    starts, ends = np.argwhere(edges.T == 1)[:, 1], np.argwhere(edges.T == -1)[:, 1]
    return int(np.count_nonzero(ends - starts >= CLIPPED_RUN))


def band_levels(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean power in equal bands of the spectrum, dBFS, shape (BANDS,); a short signal is padded with zeros.

    A full-scale sine has -3.01 dBFS in its band.
    """
    n_windows = max(len(signal) // WINDOW, 1)
    padded = np.pad(signal, (0, max(WINDOW - len(signal), 0)))
    frames = padded[: n_windows * WINDOW].reshape(n_windows, WINDOW)
    taper = np.hanning(WINDOW).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(frames * taper, axis=1))).mean(axis=0)
    power *= 2 / (WINDOW * np.square(taper).sum())
    bands = power[1:].reshape(BANDS, -1).sum(axis=1)
    return np.asarray(10 * np.log10(np.maximum(bands, FLOOR**2)), np.float32)


def cliff(spectra: NDArray[np.float32]) -> float | None:
    """Where the spectrum of a corpus ends: a fraction of half the sampling rate, None where it does not.

    A recording's spectrum falls gently up to the anti-aliasing filter, close to the end. One that was
    resampled upwards falls by CLIFF dB within two bands, well before, and nothing follows.

    Args:
        spectra: levels of all files, shape (n_files, BANDS), dBFS
    """
    levels = np.median(spectra, axis=0)
    for band in range(int(CLIFF_BEFORE * BANDS)):
        above = levels[band + 2 :]
        if above.max() < min(levels[band] - CLIFF, NOTHING):
            return (band + 1) / BANDS
    return None
