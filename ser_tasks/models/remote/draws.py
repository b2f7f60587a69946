"""Random draws of one epoch, made beforehand for all members: a few numbers per clip, no features."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.training.trainer import items_and_weights

if TYPE_CHECKING:
    from ser_tasks.models.remote.clips import Clips
    from ser_tasks.params import AugmentationParams, TrainingParams

Ints = NDArray[np.int32]
FILLER = -1


class Draws(NamedTuple):
    """The batches of an epoch, each array with the axes (n_steps, batch_size) in front; items without frames fill up.

    Fillers stand behind the real items of their batch, and weigh nothing.
    """

    first: Ints  # row of the first frame in the corpus
    length: Ints  # frames there
    n_frames: Ints  # frames after the change of tempo; 0 for a filler
    truth: Ints
    weight: NDArray[np.float32]
    time_start: Ints  # of each time mask: (n_steps, batch_size, time_masks)
    time_width: Ints
    band_start: Ints  # of each frequency mask
    band_width: Ints
    partner: Ints  # place in the batch of the clip that is mixed in
    share: NDArray[np.float32]  # of the clip itself, (n_steps,)


def draw_epoch(
    clips: Clips,
    rows: NDArray[np.intp],
    truth: NDArray[np.integer],
    *,
    n_classes: int,
    n_steps: int,
    settings: TrainingParams,
    generator: np.random.Generator,
) -> Draws:
    """One epoch of one member, from the shortest batch to the longest.

    Args:
        clips: of the corpus
        rows: utterances of the training part
        truth: their classes
        n_classes: of the output
        n_steps: batches, for all members alike; items are split evenly
        settings: section training of params.yaml
        generator: the chance
    """
    items, weights = items_and_weights(truth, n_classes=n_classes, settings=settings, generator=generator)
    order = np.argsort(clips.lengths[rows[items]] * generator.uniform(0.9, 1.1, len(items)), kind="stable")
    places = split_evenly(items[order], n_steps=n_steps, batch_size=settings.batch_size)
    real = places != FILLER
    chosen = rows[places] + clips.n_utterances * generator.integers(1 + clips.n_copies, size=places.shape)
    length = np.where(real, clips.lengths[chosen], 1)
    n_frames = np.where(real, _at_other_tempo(length, settings.augmentation, generator), 0)
    time_start, time_width, band_start, band_width = _masks(n_frames, clips.n_dims, settings.augmentation, generator)
    partner, share = _partners(real, settings.augmentation, generator)
    return Draws(
        first=clips.first[chosen],
        length=length.astype(np.int32),
        n_frames=n_frames.astype(np.int32),
        truth=truth[places].astype(np.int32),
        weight=np.where(real, weights[places], 0).astype(np.float32),
        time_start=time_start,
        time_width=time_width,
        band_start=band_start,
        band_width=band_width,
        partner=partner,
        share=share,
    )


def split_evenly(items: NDArray[np.integer], *, n_steps: int, batch_size: int) -> NDArray[np.intp]:
    """Neighbours together, as evenly as can be: (n_steps, batch_size), fillers at the end of each row.

    Fewer items than steps come again, so that no batch is empty: an optimiser moves without a gradient, too.
    """
    places = np.full((n_steps, batch_size), FILLER, np.intp)
    if len(items) < n_steps:
        items = items[np.arange(n_steps) * len(items) // n_steps]
    for row, part in zip(places, np.array_split(items, n_steps), strict=True):
        row[: len(part)] = part
    return places


def _at_other_tempo(length: Ints, settings: AugmentationParams, generator: np.random.Generator) -> Ints:
    if settings.tempo is None:
        return length
    return np.maximum(1, np.rint(length / generator.uniform(*settings.tempo, size=length.shape)))


def _masks(n_frames: Ints, n_dims: int, settings: AugmentationParams, generator: np.random.Generator) -> list[Ints]:
    """Starts and widths in time, then in frequency; drawn as `ser_tasks.augmentation.frames` does."""
    if settings.spec_augment is None:
        return [np.zeros((*n_frames.shape, 0), np.int32)] * 4
    sizes = settings.spec_augment
    widest = np.minimum(sizes.time_width, (sizes.time_share * n_frames).astype(int))
    drawn = []
    for many, total, most in (
        (sizes.time_masks, n_frames, widest),
        (
            sizes.frequency_masks,
            np.full_like(n_frames, n_dims),
            np.full_like(n_frames, min(sizes.frequency_width, n_dims)),
        ),
    ):
        shape = (*n_frames.shape, many)
        width = generator.integers(0, most[..., None] + 1, size=shape)
        start = generator.integers(0, total[..., None] - width + 1, size=shape)
        drawn += [start.astype(np.int32), width.astype(np.int32)]
    return drawn


def _partners(
    real: NDArray[np.bool_], settings: AugmentationParams, generator: np.random.Generator
) -> tuple[Ints, NDArray[np.float32]]:
    """Real items among themselves, in random order; a share of 1 where nothing is mixed."""
    n_steps = len(real)
    if settings.mixup_alpha is None:
        return np.tile(np.arange(real.shape[1], dtype=np.int32), (n_steps, 1)), np.ones(n_steps, np.float32)
    keys = np.where(real, generator.uniform(size=real.shape), 2.0)
    share = generator.beta(settings.mixup_alpha, settings.mixup_alpha, size=n_steps)
    return np.argsort(keys, axis=1, kind="stable").astype(np.int32), share.astype(np.float32)
