"""Three-channel patches: a spectrogram, its slope and its curvature as the colours of small images."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.deltas import regression_deltas
from ser_tasks.features.windows import Windows, rolling_windows


def delta_patches(log_mel: NDArray[np.floating], *, length: int, step: int, delta_reach: int) -> Windows:
    """Patches of static, delta and delta-delta.

    Args:
        log_mel: shape (n_frames, n_mels), on any logarithmic scale
        length, step: frames in a patch, and from one to the next (64 and 32 for seed 001)
        delta_reach: frames on each side of a regression

    Returns:
        patches, shape (n_patches, length, n_mels, 3), as many as hold every frame; the last is filled up with the
        clip's lowest static value and slopes of 0, which is silence;
        mask, shape (n_patches, length), true on real frames

    Source: seed 001 (AnkushMalaker/pretrained-dcnn-attention-ser) after Zhang et al. (2021),
    doi:10.3389/fphys.2021.643202; regression in place of its differences
    """
    slope = regression_deltas(log_mel, reach=delta_reach)
    channels = np.stack([log_mel, slope, regression_deltas(slope, reach=delta_reach)], axis=-1)
    return rolling_windows(channels, length=length, step=step, fill=(float(log_mel.min()), 0.0, 0.0))
