"""Windows that slide over the speech of a long recording."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Span = tuple[float, float]  # (start, end) in s

TINY = 1e-6  # s, less than a sample


def windows_in(segment: Span, *, window: float, hop: float) -> list[Span]:
    """Windows of one length inside a segment, from its start on, and one that ends where it ends.

    Args:
        segment: with speech; one that is no longer than the window is a window itself
        window, hop: in s
    """
    start, end = segment
    if end - start <= window + TINY:
        return [segment]
    count = math.floor((end - start - window) / hop + TINY) + 1
    starts = [start + index * hop for index in range(count)]
    if starts[-1] + window < end - TINY:
        starts.append(end - window)
    return [(first, first + window) for first in starts]


def cells(windows: Sequence[Span]) -> list[Span]:
    """The stretch that each window speaks for: up to half way between its centre and the next one's, without gaps.

    Args:
        windows: of one segment, in order; the first cell begins and the last one ends with the segment
    """
    centres = [(start + end) / 2 for start, end in windows]
    borders = [(left + right) / 2 for left, right in pairwise(centres)]
    edges = [windows[0][0], *borders, windows[-1][1]]
    return list(pairwise(edges))


def cut(blocks: Iterable[Samples], spans: Iterable[Span], *, sampling_rate: int) -> Iterator[Samples]:
    """The sound of each span, from a recording that is never held as a whole.

    Args:
        blocks: mono, one after the other, from the beginning of the recording on
        spans: in the order of their starts; they may overlap
        sampling_rate: in Hz

    Yields:
        shape (n_samples,), one array for each span; shorter where the recording ends before it
    """
    pieces, held, offset = iter(blocks), np.empty(0, np.float32), 0  # held begins at sample `offset`
    for start, end in spans:
        first, last = round(start * sampling_rate), round(end * sampling_rate)
        while offset + len(held) < last and (piece := next(pieces, None)) is not None:
            passed = min(max(0, first - offset), len(held))
            held, offset = np.concatenate([held[passed:], piece]), offset + passed
        yield held[max(0, first - offset) : last - offset].copy()
