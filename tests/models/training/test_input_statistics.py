import numpy as np
import pytest

from ser_tasks.models.training.input_statistics import mean_and_std


def test_equals_mean_and_std_of_all_frames_put_together():
    generator = np.random.default_rng(0)
    scale, offset = np.array([1e-3, 1, 40], np.float32), np.array([0, 1_000, -60], np.float32)
    utterances = [
        (generator.normal(generator.normal(), 1, (n_frames, 3)) * scale + offset).astype(np.float32)
        for n_frames in (1, 0, 300, 7, 40)
    ]
    everything = np.concatenate(utterances).astype(np.float64)
    mean, std = mean_and_std(utterances)
    np.testing.assert_allclose(mean, everything.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(std, everything.std(axis=0), rtol=1e-6)


def test_a_million_frames_far_from_zero_lose_nothing():
    """1e6 ± 0.5 in turn: float32 sums, or the mean of the squares less the square of the mean, would go astray."""
    frames = np.tile(np.array([[999_999.5], [1_000_000.5]], np.float32), (500, 1))
    mean, std = mean_and_std([frames] * 1_000)
    assert mean[0] == pytest.approx(1e6, rel=1e-12)
    assert std[0] == pytest.approx(0.5, rel=1e-9)


def test_a_constant_dimension_has_no_spread():
    _, std = mean_and_std([np.full((3, 2), 0.1, np.float32), np.full((5, 2), 0.1, np.float32)])
    assert std.tolist() == [0.0, 0.0]


def test_nothing_has_no_mean():
    with pytest.raises(ValueError, match="no utterance has one"):
        mean_and_std([np.empty((0, 2), np.float32)])
