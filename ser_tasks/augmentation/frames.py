"""Augmentation of features, batch by batch while a network trains: tempo, SpecAugment, mixup."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

Pair = tuple[NDArray[np.float32], NDArray[np.float32]]  # features, and labels as shares of the classes


def at_random_tempo(
    frames: NDArray[np.float32], *, generator: np.random.Generator, rate: tuple[float, float]
) -> NDArray[np.float32]:
    """`at_tempo` at a rate drawn evenly from a range."""
    return at_tempo(frames, rate=generator.uniform(*rate))


def at_tempo(frames: NDArray[np.float32], *, rate: float) -> NDArray[np.float32]:
    """Frames read `rate` times as fast, by linear interpolation; slopes in them are not rescaled.

    Args:
        frames: shape (n_frames, n_dims)
        rate: 2 is twice as fast, 0.5 half as fast

    Returns:
        shape (max(1, round(n_frames / rate)), n_dims), the first and the last frame in their places
    """
    n_frames = len(frames)
    place = np.linspace(0, n_frames - 1, max(1, round(n_frames / rate)), dtype=np.float32)
    before = np.minimum(place.astype(np.int64), max(0, n_frames - 2))
    after = np.minimum(before + 1, n_frames - 1)
    share = (place - before)[:, None]
    return np.asarray(frames[before] * (1 - share) + frames[after] * share, np.float32)


def with_masks(
    frames: NDArray[np.float32],
    *,
    generator: np.random.Generator,
    time_masks: int,
    time_width: int,
    time_share: float,
    frequency_masks: int,
    frequency_width: int,
    fill: float,
) -> NDArray[np.float32]:
    """A spectrogram with some frames and some bands replaced by one value.

    Args:
        frames: shape (n_frames, n_dims)
        generator: the chance
        time_masks, frequency_masks: how many of each; they may overlap
        time_width, frequency_width: the widest, in frames and in bands; each width is drawn evenly from 0 to it
        time_share: no time mask covers more than this share of the frames
        fill: the value; 0, when the features are standardised and 0 is the mean of training data

    Returns:
        shape (n_frames, n_dims), a copy; without time warping, which its authors found to matter least

    Source: Park et al. (2019), doi:10.21437/Interspeech.2019-2680
    """
    n_frames, n_dims = frames.shape
    masked = frames.copy()
    for _ in range(time_masks):
        masked[_stretch(generator, n_frames, min(time_width, int(time_share * n_frames)))] = fill
    for _ in range(frequency_masks):
        masked[:, _stretch(generator, n_dims, min(frequency_width, n_dims))] = fill
    return masked


def _stretch(generator: np.random.Generator, total: int, widest: int) -> slice:
    width = int(generator.integers(widest + 1))
    start = int(generator.integers(total - width + 1))
    return slice(start, start + width)


def mixed(one: Pair, other: Pair, *, generator: np.random.Generator, alpha: float) -> Pair:
    """lambda * one + (1 - lambda) * other, features and labels alike, lambda ~ Beta(alpha, alpha).

    Args:
        one, other: features of any equal shape, and labels of shape (..., n_classes); an example, or a whole batch
        generator: the chance
        alpha: 1 draws lambda evenly, towards 0 one of the two examples prevails

    Returns:
        features and soft labels, in the shapes that came in

    Raises:
        UserError: shapes that differ

    Source: Zhang et al. (2018), doi:10.48550/arXiv.1710.09412
    """
    if one[0].shape != other[0].shape or one[1].shape != other[1].shape:
        raise UserError(
            f"mixup: features of shapes {one[0].shape} and {other[0].shape} with labels of shapes {one[1].shape} and "
            f"{other[1].shape} cannot be added. Cut or fill both to one length first, and make the labels one-hot."
        )
    share = np.float32(generator.beta(alpha, alpha))
    features, labels = (share * a + (1 - share) * b for a, b in zip(one, other, strict=True))
    return features, labels
