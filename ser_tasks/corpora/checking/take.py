"""Which files hold the same take, though a codec, another rate or another level came between.

Measured: the bands of different takes correlate by at most 0.985 (RAVDESS, where an actor says a sentence twice;
EMO-DB 0.87), those of a take and its MP3, Vorbis, Opus or G.711 copy at half the level by 0.992 or more, but for quiet
clips in G.711 (0.976). GSM and MP3 at 8 kbit/s may change more than that, and are not always found.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import stft

HOP = 0.010  # s of one column, of which four are heard at once
EDGES = (150.0, 300.0, 500.0, 750.0, 1_100.0, 1_600.0, 2_300.0, 3_300.0)  # Hz: what a telephone leaves
FLOOR = 5.0  # of 10: decades of power below the loudest column that count
BINS = 16  # in time, of the outline that is compared first
LAG = 12  # columns by which codecs may delay
OUTLINE, SAME = 0.97, 0.99  # correlations: of outlines that are looked at closely, and of one take
LEAST = 0.45  # s: less is too little to tell takes apart
LENGTH = 0.2  # s by which the lengths of two copies may differ
BLOCK = 2_000  # outlines that are compared with all at once

Bands = NDArray[np.float32]


def bands_of(signal: NDArray[np.float32], sampling_rate: int) -> Bands:
    """Log power in bands over time: (n_samples,) -> (n_columns, n_bands), each band without its mean."""
    hop = round(HOP * sampling_rate)
    padded = np.pad(signal, (0, max(4 * hop - len(signal), 0)))
    frequencies, _, spectrum = stft(
        padded, sampling_rate, nperseg=4 * hop, noverlap=3 * hop, boundary=None, padded=False
    )
    power = np.square(np.abs(spectrum))
    within = [(low <= frequencies) & (frequencies < high) for low, high in pairwise(EDGES)]
    bands = np.stack([power[band].sum(axis=0) for band in within], axis=1)
    loudest = bands.sum(axis=1).max()
    levels = np.log10(np.maximum(bands, loudest * 10**-FLOOR) + 1e-30)
    return np.asarray(levels - levels.mean(axis=0), np.float32)


def same_takes(bands: Sequence[Bands]) -> Iterator[tuple[int, int, float]]:
    """Pairs of files that hold one take, and the correlation of their bands.

    Args:
        bands: of each file, from `bands_of`
    """
    outlines = np.stack([_outline(one) for one in bands]) if bands else np.empty((0, 1))
    lengths = np.array([len(one) for one in bands])
    for first in range(0, len(bands), BLOCK):
        alike = outlines[first : first + BLOCK] @ outlines.T
        near = np.abs(lengths[first : first + BLOCK, None] - lengths[None]) <= LENGTH / HOP
        near &= lengths[None] >= LEAST / HOP
        for row, other in zip(*np.nonzero((alike > OUTLINE) & near), strict=True):
            one = first + int(row)
            if one < other and (found := correlation(bands[one], bands[int(other)])) > SAME:
                yield one, int(other), found


def correlation(one: Bands, other: Bands) -> float:
    """Of two files' bands where they fit best, LAG columns to either side, and halves of columns between."""
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
    """The same in BINS columns, of length 1."""
    edges = np.linspace(0, len(bands), BINS + 1).astype(int)
    flat = np.concatenate([bands[low : max(high, low + 1)].mean(axis=0) for low, high in pairwise(edges)])
    flat = flat - flat.mean()
    return np.asarray(flat / (np.linalg.norm(flat) or 1.0), np.float32)
