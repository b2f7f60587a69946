import librosa
import numpy as np
import pytest

from ser_tasks.features.deltas import regression_deltas


@pytest.mark.parametrize("reach", [1, 2, 4])
def test_a_ramp_has_its_own_slope_away_from_the_ends(reach):
    ramp = np.outer(np.arange(30.0), [1.0, -2.5])
    slope = regression_deltas(ramp, reach=reach)
    np.testing.assert_allclose(slope[reach:-reach], [[1.0, -2.5]] * (30 - 2 * reach))


def test_a_constant_has_slope_zero_up_to_the_ends_and_in_a_single_frame():
    assert not regression_deltas(np.full((7, 3), 5.0), reach=4).any()
    assert not regression_deltas(np.full((1, 3), 5.0), reach=4).any()


@pytest.mark.parametrize("reach", [2, 4])
def test_it_equals_librosa_ends_included(reach):
    frames = np.random.default_rng(0).standard_normal((50, 4))
    theirs = librosa.feature.delta(frames, width=2 * reach + 1, axis=0, mode="nearest")
    np.testing.assert_allclose(regression_deltas(frames, reach=reach), theirs, atol=1e-12)
