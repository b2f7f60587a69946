"""One pass over a long recording: how long it is, how loud, and what its waveform looks like from afar."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

STEP = 0.05  # s of sound under one point of the outline


@dataclass(frozen=True)
class Survey:
    """What one pass finds.

    Attributes:
        duration: in s
        peak: largest magnitude, full scale is 1
        outline: lowest and highest sample of each STEP s, shape (n_steps, 2)
    """

    duration: float
    peak: float
    outline: NDArray[np.float32]


def survey(blocks: Iterable[Samples], *, sampling_rate: int) -> Survey:
    """Look at a recording once.

    Args:
        blocks: mono, one after the other, each of shape (n_samples,)
        sampling_rate: in Hz
    """
    length, outline = 0, []
    for piece in in_lengths(blocks, round(STEP * sampling_rate)):
        length += len(piece)
        outline.append((piece.min(), piece.max()))
    extremes = np.array(outline, np.float32).reshape(-1, 2)
    return Survey(length / sampling_rate, float(np.abs(extremes).max(initial=0.0)), extremes)


def in_lengths(blocks: Iterable[Samples], length: int) -> Iterator[Samples]:
    """The same samples in pieces of `length`; the last may be shorter."""
    rest = np.empty(0, np.float32)
    for block in blocks:
        joined = np.concatenate([rest, block])
        whole = len(joined) // length * length
        yield from joined[:whole].reshape(-1, length)
        rest = joined[whole:]
    if len(rest):
        yield rest
