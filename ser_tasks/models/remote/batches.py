"""Batches made on the device from what was drawn: gathered, at another tempo, masked, mixed.

The same as `ser_tasks.models.training.augment` does clip by clip; for one member, to be mapped over members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import jax.numpy as jnp

if TYPE_CHECKING:
    from ser_tasks.models.remote.draws import Draws
    from ser_tasks.params import AugmentationParams


class DeviceBatch(NamedTuple):
    """Padded clips: (n, n_frames, n_dims), mask (n, n_frames), targets (n, n_classes), weights (n,)."""

    frames: Any
    mask: Any
    targets: Any
    weights: Any


def augmented(corpus: Any, drawn: Draws, *, padded: int, n_classes: int, settings: AugmentationParams) -> DeviceBatch:
    """One training batch of `padded` frames, from one row of steps of `drawn`."""
    frames, mask = gathered(corpus, drawn.first, drawn.length, drawn.n_frames, padded=padded)
    if settings.spec_augment is not None:
        frames = _with_masks(frames, mask, drawn)
    batch = DeviceBatch(frames, mask, jnp.eye(n_classes, dtype=frames.dtype)[drawn.truth], drawn.weight)
    return batch if settings.mixup_alpha is None else _mixed_up(batch, drawn.partner, drawn.share)


def gathered(corpus: Any, first: Any, length: Any, n_frames: Any, *, padded: int) -> tuple[Any, Any]:
    """Clips read so fast that `length` frames become `n_frames`, by linear interpolation, zeros behind them.

    Args:
        corpus: all frames, shape (., n_dims)
        first, length, n_frames: of each clip, shape (n,); no frames: nothing but padding
        padded: frames of the result, at least the largest of `n_frames`

    Returns:
        frames (n, padded, n_dims) and mask (n, padded)
    """
    first, length, n_frames = (values[:, None] for values in (first, length, n_frames))
    time = jnp.arange(padded)
    last = length - 1
    place = jnp.minimum(time * (last / jnp.maximum(n_frames - 1, 1)), last)  # exactly `time` at the same tempo
    before = jnp.clip(jnp.floor(place).astype(jnp.int32), 0, jnp.maximum(0, length - 2))
    after, share = jnp.minimum(before + 1, last), (place - before)[..., None]
    frames = corpus[first + before] * (1 - share) + corpus[first + after] * share
    mask = time < n_frames
    return jnp.where(mask[..., None], frames, 0), mask.astype(frames.dtype)


def _with_masks(frames: Any, mask: Any, drawn: Draws) -> Any:
    """SpecAugment; what is blanked out takes the mean of its clip, padding stays 0."""
    n_values = jnp.maximum(mask.sum(axis=1), 1) * frames.shape[2]
    fill = (frames.sum(axis=(1, 2)) / n_values)[:, None, None]
    in_time = _within(drawn.time_start, drawn.time_width, frames.shape[1])[:, :, None]
    in_band = _within(drawn.band_start, drawn.band_width, frames.shape[2])[:, None, :]
    return jnp.where(in_time | in_band, fill, frames) * mask[..., None]


def _within(start: Any, width: Any, size: int) -> Any:
    """Places inside any of the stretches: (n, n_stretches) -> (n, size)."""
    place = jnp.arange(size)
    start, end = start[..., None], (start + width)[..., None]
    return ((place >= start) & (place < end)).any(axis=1)


def _mixed_up(batch: DeviceBatch, partner: Any, share: Any) -> DeviceBatch:
    """Mixup; where only one of two clips still lasts, it stands alone."""
    other = DeviceBatch(*(values[partner] for values in batch))
    here, there = batch.mask * (1 - other.mask * (1 - share)), other.mask * (1 - batch.mask * share)
    return DeviceBatch(
        here[..., None] * batch.frames + there[..., None] * other.frames,
        jnp.maximum(batch.mask, other.mask),
        share * batch.targets + (1 - share) * other.targets,
        share * batch.weights + (1 - share) * other.weights,
    )
