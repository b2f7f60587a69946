"""Rolling windows, and patches of three channels."""

import numpy as np
import pytest

from ser_tasks.features.deltas import regression_deltas
from ser_tasks.features.patches import delta_patches
from ser_tasks.features.windows import cut_or_filled, rolling_windows

PATCHES = {"length": 64, "step": 32, "delta_reach": 2}


@pytest.mark.parametrize(
    ("n_frames", "n_windows"), [(1, 1), (127, 1), (128, 1), (129, 2), (192, 2), (193, 3), (384, 5), (1_000, 15)]
)
def test_there_are_as_many_windows_as_hold_every_frame(n_frames, n_windows):
    """384 frames are the 5 windows of seed 004."""
    frames = np.arange(n_frames, dtype=np.float32)[:, None]
    windows, mask = rolling_windows(frames, length=128, step=64, fill=-1)
    assert windows.shape == (n_windows, 128, 1)
    assert set(windows[mask].ravel()) == set(frames.ravel())
    assert (windows[~mask] == -1).all()
    assert (windows[mask] >= 0).all()
    for i, window in enumerate(windows):
        np.testing.assert_array_equal(window[mask[i], 0], np.arange(64 * i, min(64 * i + 128, n_frames)))


def test_cutting_keeps_the_beginning_and_filling_marks_what_is_not_there():
    frames = np.arange(10, dtype=np.float32).reshape(5, 2)
    cut, all_real = cut_or_filled(frames, length=3, fill=0)
    np.testing.assert_array_equal(cut, frames[:3])
    assert all_real.all()
    filled, real = cut_or_filled(frames, length=7, fill=9)
    np.testing.assert_array_equal(filled, [*frames, [9, 9], [9, 9]])
    assert real.tolist() == [True] * 5 + [False] * 2


def test_the_channels_of_a_ramp_are_itself_its_slope_and_nothing():
    ramp = np.outer(np.arange(200), np.linspace(1, 2, 64))
    patches, mask = delta_patches(ramp, **PATCHES)
    assert patches.shape == (6, 64, 64, 3)
    inner = patches[1:4]  # away from the ends, whose slopes are flattened
    np.testing.assert_allclose(inner[..., 0], [ramp[32 * i : 32 * i + 64] for i in (1, 2, 3)])
    np.testing.assert_allclose(inner[..., 1], np.broadcast_to(np.linspace(1, 2, 64), (3, 64, 64)), rtol=1e-6)
    np.testing.assert_allclose(inner[..., 2], 0, atol=1e-6)
    assert mask.sum(axis=1).tolist() == [64, 64, 64, 64, 64, 200 - 160]


def test_the_filling_is_silence_without_slope_and_changes_no_real_frame():
    spectrogram = np.random.default_rng(0).uniform(-80, 0, (100, 64)).astype(np.float32)
    patches, mask = delta_patches(spectrogram, **PATCHES)
    assert (patches[~mask][..., 0] == spectrogram.min()).all()
    assert not patches[~mask][..., 1:].any()
    slope = regression_deltas(spectrogram, reach=2)
    np.testing.assert_allclose(patches[0, :, :, 1], slope[:64], rtol=1e-5)


def test_one_frame_is_one_patch():
    patches, mask = delta_patches(np.zeros((1, 64), np.float32), **PATCHES)
    assert patches.shape == (1, 64, 64, 3)
    assert mask.sum() == 1
