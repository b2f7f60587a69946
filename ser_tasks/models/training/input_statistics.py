"""Mean and standard deviation of all frames of many utterances, with one utterance in memory at a time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def mean_and_std(utterances: Sequence[NDArray[np.float32]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Over the frames of all utterances together: a long one counts for more.

    Args:
        utterances: arrays of shape (n_frames, n_dims)

    Returns:
        two arrays of shape (n_dims,), in the unit of the features; the standard deviation divides by n

    Raises:
        ValueError: there is no frame at all

    Source: Chan, Golub & LeVeque (1983), doi:10.1080/00031305.1983.10483115, for the merge of two parts
    """
    count, mean, squares = 0, np.zeros(1), np.zeros(1)
    for frames in utterances:
        if len(frames):
            own = frames.mean(axis=0, dtype=np.float64)
            step, together = own - mean, count + len(frames)
            squares = squares + np.square(frames - own).sum(axis=0) + np.square(step) * (count * len(frames) / together)
            mean, count = mean + step * (len(frames) / together), together
    if not count:
        raise ValueError("mean and standard deviation need a frame, but no utterance has one.")
    return mean, np.sqrt(squares / count)
