import librosa
import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.mfcc import cepstral_coefficients, mfcc_names

SPECTROGRAM = np.random.default_rng(0).uniform(-100, 0, (50, 40)).astype(np.float32)


def test_the_coefficients_equal_those_of_librosa():
    theirs = librosa.feature.mfcc(S=SPECTROGRAM.T, sr=16_000, n_mfcc=20).T
    ours = cepstral_coefficients(SPECTROGRAM, n_mfcc=20, deltas=False, delta_reach=4)
    np.testing.assert_allclose(ours, theirs, atol=1e-3)  # dB in float32


def test_a_flat_spectrum_has_its_level_in_c0_and_nothing_else():
    ours = cepstral_coefficients(np.full((3, 40), -30.0, np.float32), n_mfcc=13, deltas=True, delta_reach=2)
    np.testing.assert_allclose(ours[:, 0], -30 * np.sqrt(40), rtol=1e-6)
    np.testing.assert_allclose(ours[:, 1:], 0, atol=1e-4)


def test_a_level_that_rises_by_1_db_a_frame_has_a_constant_slope_and_no_curvature():
    rising = np.repeat(np.arange(40.0)[:, None], 40, axis=1).astype(np.float32)
    ours = cepstral_coefficients(rising, n_mfcc=13, deltas=True, delta_reach=2)
    columns = dict(zip(mfcc_names(n_mfcc=13, deltas=True), ours[8:-8].T, strict=True))
    np.testing.assert_allclose(columns["delta c0"], np.sqrt(40), rtol=1e-5)
    np.testing.assert_allclose(columns["delta delta c0"], 0, atol=1e-4)


def test_more_coefficients_than_bands_are_errors():
    with pytest.raises(UserError, match="at most as many coefficients as there are bands"):
        cepstral_coefficients(SPECTROGRAM, n_mfcc=41, deltas=False, delta_reach=2)


@pytest.mark.parametrize("reach", [2, 4])
def test_one_frame_reaches_the_slopes_of_its_neighbours_and_the_curvatures_of_theirs(reach):
    once = np.zeros((41, 40), np.float32)
    once[20] = 1
    ours = cepstral_coefficients(once, n_mfcc=1, deltas=True, delta_reach=reach)
    level, slope, curvature = (np.flatnonzero(np.abs(column) > 1e-7) for column in ours.T)
    assert level.tolist() == [20]
    assert (slope.min(), slope.max()) == (20 - reach, 20 + reach)
    assert (curvature.min(), curvature.max()) == (20 - 2 * reach, 20 + 2 * reach)
