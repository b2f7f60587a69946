"""Utterances of any length as batches: neighbours in length together, padding marked by a mask."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Frames = Sequence[NDArray[np.float32]]


def length_buckets(
    lengths: NDArray[np.integer], *, batch_size: int, generator: np.random.Generator | None
) -> list[NDArray[np.intp]]:
    """Deal utterances into batches of about equal length, so that little is padding.

    Args:
        lengths: n_frames of each utterance
        batch_size: utterances in a batch; the last one may be smaller
        generator: shuffles utterances of nearly the same length, and the order of the batches; None: neither

    Returns:
        indices into `lengths`; every utterance is in exactly one batch
    """
    if generator is None:
        order = np.argsort(lengths, kind="stable")
    else:
        order = np.argsort(lengths * generator.uniform(0.9, 1.1, len(lengths)), kind="stable")
    batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    if generator is None:
        return batches
    return [batches[i] for i in generator.permutation(len(batches))]


def pad(utterances: Frames, *, multiple: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One array for a batch, zeros behind the shorter utterances.

    Args:
        utterances: arrays of shape (n_frames, n_dims)
        multiple: the padded length is one of its multiples: few shapes, so that compiled code is used again; single
            frames stay what they are

    Returns:
        frames of shape (n_utterances, padded, n_dims), and the mask of shape (n_utterances, padded): 1 real, 0 padding
    """
    longest = max(len(frames) for frames in utterances)
    padded = -(-longest // multiple) * multiple if longest > 1 else 1
    frames = np.zeros((len(utterances), padded, utterances[0].shape[1]), np.float32)
    mask = np.zeros((len(utterances), padded), np.float32)
    for row, values in enumerate(utterances):
        frames[row, : len(values)] = values
        mask[row, : len(values)] = 1
    return frames, mask
