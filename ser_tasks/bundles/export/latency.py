"""How long an answer takes."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ser_tasks.bundles.export.file_formats import Answering

WARM_UP = 3  # the first calls compile, and ask for memory


def latency(answer: Answering, signal: NDArray[np.float32], *, times: int) -> float:
    """Median processor time of an answer, in s: on a free core what one waits, whatever else the machine does.

    Args:
        answer: a recogniser
        signal: shape (n_samples,)
        times: to be asked after warming up
    """
    for _ in range(WARM_UP):
        answer(signal)
    taken = np.empty(times)
    for turn in range(times):
        began = process_time()
        answer(signal)
        taken[turn] = process_time() - began
    return float(np.median(taken))
