"""SpecAugment: stretches of time and of frequency blanked out."""

import numpy as np
from numpy.typing import NDArray


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
