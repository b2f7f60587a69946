"""Logits of utterances of any length from a network, in batches; no framework is imported for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.training.batches import Frames, length_buckets, pad

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    import keras

    from ser_tasks.params import TrainingParams


def inputs(frames: Frames, *, settings: TrainingParams) -> dict[str, NDArray[np.float32]]:
    """Inputs of a network: padded frames, and which of them are real."""
    padded, mask = pad(frames, multiple=settings.frames_multiple)
    return {"frames": padded, "mask": mask}


def network_logits(model: keras.Model, frames: Frames, *, settings: TrainingParams) -> NDArray[np.float64]:
    """Logits of shape (n_utterances, n_classes), in the order given; padding never changes them."""
    lengths = np.array([len(values) for values in frames])
    logits = np.empty((len(frames), model.output_shape[-1]))
    for rows in length_buckets(lengths, batch_size=settings.batch_size, generator=None):
        logits[rows] = model.predict_on_batch(inputs([frames[row] for row in rows], settings=settings))
    return logits
