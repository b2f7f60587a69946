"""Which files hold the same take of a sentence.

A take is recognised although a codec, another rate or another level came between. Measured: the bands of different
takes correlate by at most 0.985 (RAVDESS, where an actor speaks a sentence twice; EMO-DB 0.87), those of a take and its
MP3, Vorbis, Opus or G.711 copy at half the level by 0.992 or more, but for quiet clips in G.711 (0.976). GSM and MP3 at
8 kbit/s may change more than that, and are not always found.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from threading import Lock
from typing import BinaryIO, NamedTuple

import numpy as np
import scipy  # loads its parts when they are first used
from numpy.typing import NDArray

HOP = 0.010  # s of one column, of which four are compared at once
EDGES = (150.0, 300.0, 500.0, 750.0, 1_100.0, 1_600.0, 2_300.0, 3_300.0)  # Hz: what a telephone leaves
FLOOR_DECADES = 5.0  # of 10: decades of power below the loudest column that count
BINS = 16  # in time, of the outline that is compared first
LAG = 12  # columns by which codecs may delay
OUTLINE, SAME = 0.97, 0.99  # correlations: of outlines that are looked at closely, and of one take
LEAST = 0.45  # s, of the longer one: less is too little to tell takes apart
LENGTH = 0.2  # s by which the lengths of two copies may differ
BLOCK = 500  # outlines that are compared at once with all of about their length
CLOSEST = 30  # files that one is looked at closely with; RAVDESS, which says two sentences 720 times, has 23 at most
FLAT = 1e-12  # of the mean square: variance that is rounding

Bands = NDArray[np.float32]


@dataclass(frozen=True)
class Take:
    """What one file is compared by.

    Attributes:
        n_columns: of its bands
        outline: the bands in few columns, compared with those of all others of about this length
        read: the bands themselves, compared with few
    """

    n_columns: int
    outline: NDArray[np.float32]
    read: Callable[[], Bands]


def take_of(bands: Bands) -> Take:
    """A take whose bands stay in memory."""
    return Take(len(bands), _outline(bands), lambda: bands)


class SameTakes(NamedTuple):
    """What was found: pairs of files and the correlation of their bands; and of how many files not all was compared."""

    pairs: list[tuple[int, int, float]]
    n_crowded: int  # that resemble more than CLOSEST others


class TakesOnDisk:
    """Keeps the bands of any number of files in one file, 10 kB for a clip, and half a kB of each in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._end, self._lock = file, 0, Lock()

    def keep(self, bands: Bands) -> Take:
        """The take of these bands; it can be read until the end of the block, by several threads at a time."""
        with self._lock:
            start, self._end = self._end, self._end + bands.nbytes
        os.pwrite(self._file.fileno(), np.ascontiguousarray(bands).data, start)
        return Take(len(bands), _outline(bands), partial(self._read, start, bands.shape))

    def _read(self, start: int, shape: tuple[int, int]) -> Bands:
        content = os.pread(self._file.fileno(), int(np.prod(shape)) * np.dtype(np.float32).itemsize, start)
        return np.frombuffer(content, np.float32).reshape(shape)


@contextmanager
def takes_on_disk() -> Iterator[TakesOnDisk]:
    """In a temporary file that is gone after the block."""
    with tempfile.TemporaryFile(prefix="ser-takes-") as file:
        yield TakesOnDisk(file)


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


def same_takes(takes: Sequence[Take]) -> SameTakes:
    """Files that hold one take; each is compared closely with the CLOSEST likeliest of about its length."""
    pairs, n_crowded = list[tuple[int, int, float]](), 0
    for one, others in _likely(takes):
        n_crowded += len(others) > CLOSEST
        for other in others[:CLOSEST]:
            first, second = sorted((one, other))
            value = correlation(takes[first].read(), takes[second].read())
            if value > SAME:
                pairs.append((first, second, value))
    return SameTakes(sorted(pairs), n_crowded)


def _likely(takes: Sequence[Take]) -> Iterator[tuple[int, list[int]]]:
    """A file and those as long or longer whose outlines resemble its own, the likeliest first."""
    columns = np.array([take.n_columns for take in takes], int)
    order = np.argsort(columns, kind="stable")
    columns, outlines = columns[order], [takes[number].outline for number in order]
    for first in range(0, len(order), BLOCK):
        own = columns[first : first + BLOCK]
        last = int(np.searchsorted(columns, own[-1] + LENGTH / HOP, side="right"))
        alike = np.stack(outlines[first : first + BLOCK]) @ np.stack(outlines[first:last]).T
        near = (columns[first:last] - own[:, None] <= LENGTH / HOP) & (columns[first:last] >= LEAST / HOP)
        likely = np.triu((alike > OUTLINE) & near, 1)  # each with those behind it
        for row in np.flatnonzero(likely.any(axis=1)):
            others = np.flatnonzero(likely[row])
            best = others[np.argsort(-alike[row, others], kind="stable")]
            yield int(order[first + row]), order[first + best].tolist()


def correlation(one: Bands, other: Bands) -> float:
    """Correlation of two files' bands where they fit best, up to LAG columns apart, halves of columns included."""
    first, second = np.asarray(one, np.float64), np.asarray(other, np.float64)
    half = (second[1:] + second[:-1]) / 2  # a delay of half a column
    return float(max(_at_lags(first, shifted).max() for shifted in (second, half)))


def _at_lags(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's correlation of what overlaps where `one` is -LAG to LAG columns ahead; -1 where that is too little."""
    lags = np.arange(-LAG, LAG + 1)
    ahead, behind = np.maximum(lags, 0), np.maximum(-lags, 0)
    n = np.minimum(len(one) - ahead, len(other) - behind)
    size = scipy.fft.next_fast_len(max(len(one) + len(other), len(lags)), real=True)
    spectra = (scipy.fft.rfft(bands.T, size) for bands in (one, other))
    products = scipy.fft.irfft(np.einsum("bf,bf->f", next(spectra), next(spectra).conj()), size)[lags]
    (a, aa), (b, bb) = (_sums(bands, start, n) for bands, start in ((one, ahead), (other, behind)))
    values = np.maximum(n, 1) * one.shape[1]
    of_one, of_other = aa - a**2 / values, bb - b**2 / values
    varies = (of_one > FLAT * aa) & (of_other > FLAT * bb)
    spread = np.sqrt(of_one * of_other, out=np.ones(len(lags)), where=varies)
    found = np.where(varies, (products - a * b / values) / spread, 0.0)
    return np.where(n > LAG, found, -1.0)


def _sums(
    bands: NDArray[np.float64], start: NDArray[np.int_], n: NDArray[np.int_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of the values of `n` columns from `start` on, and of their squares; shape (n_lags,) each."""
    start = np.minimum(start, len(bands))
    end = np.maximum(start + n, start)
    total, squares = (
        np.append(0, np.cumsum(rows)) for rows in (bands.sum(axis=1), np.einsum("cb,cb->c", bands, bands))
    )
    return total[end] - total[start], squares[end] - squares[start]


def _outline(bands: Bands) -> NDArray[np.float32]:
    """The bands in BINS columns, of length 1."""
    edges = np.linspace(0, len(bands), BINS + 1).astype(int)
    flat = np.concatenate([bands[low : max(high, low + 1)].mean(axis=0) for low, high in pairwise(edges)])
    flat = flat - flat.mean()
    return np.asarray(flat / (np.linalg.norm(flat) or 1.0), np.float32)
