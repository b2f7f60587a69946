"""Training batches made more various: tempo and masks for each clip, mixup over the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.augmentation.frames import at_random_tempo, with_masks

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AugmentationParams

Values = NDArray[np.float32]


class Batch(NamedTuple):
    """Padded clips: (n, n_frames, n_dims), mask (n, n_frames), targets (n, n_classes), weights (n,)."""

    frames: Values
    mask: Values
    targets: Values
    weights: Values


def augmented(frames: Values, *, generator: np.random.Generator, settings: AugmentationParams) -> Values:
    """One clip at another tempo and with masks, shape (n_frames, n_dims) -> (other n_frames, n_dims)."""
    if settings.tempo is not None:
        frames = at_random_tempo(frames, generator=generator, rate=settings.tempo)
    if settings.spec_augment is not None:
        sizes = settings.spec_augment.model_dump()
        frames = with_masks(frames, generator=generator, fill=float(frames.mean()), **sizes)
    return frames


def mixup(batch: Batch, *, generator: np.random.Generator, alpha: float | None) -> Batch:
    """Mixup of each clip with another of its batch, one share for all: features, targets and weights alike.

    Where only one of two clips still lasts, it stands alone: padding is no sound, and does not count.

    Source: Zhang et al. (2018), doi:10.48550/arXiv.1710.09412
    """
    if alpha is None:
        return batch
    order, share = generator.permutation(len(batch.mask)), np.float32(generator.beta(alpha, alpha))
    other = Batch(*(values[order] for values in batch))
    here, there = batch.mask * (1 - other.mask * (1 - share)), other.mask * (1 - batch.mask * share)
    return Batch(
        np.asarray(here[..., None] * batch.frames + there[..., None] * other.frames, np.float32),
        np.maximum(batch.mask, other.mask),
        share * batch.targets + (1 - share) * other.targets,
        share * batch.weights + (1 - share) * other.weights,
    )
