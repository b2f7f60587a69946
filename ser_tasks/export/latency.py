"""How long an answer takes."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ser_tasks.export.file_formats import Answering

WARM_UP = 3  # the first calls compile, and ask for memory


def latency(answer: Answering, signal: NDArray[np.float32], *, times: int) -> float:
    """Median time of an answer, in s.

    Args:
        answer: a recogniser
        signal: shape (n_samples,)
        times: to be asked after warming up
    """
    for _ in range(WARM_UP):
        answer(signal)
    taken = np.empty(times)
    for turn in range(times):
        began = perf_counter()
        answer(signal)
        taken[turn] = perf_counter() - began
    return float(np.median(taken))
