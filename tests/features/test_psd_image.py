import numpy as np
import pytest
import scipy.signal

from ser_tasks.features.psd_image import fixed_psd_image, power_spectral_density, psd_floor, psd_image

SETTINGS = {"sampling_rate": 16_000, "n_fft": 256, "hop_length": 128, "block": 8}


def test_the_density_is_that_of_scipy(speech):
    frames = np.lib.stride_tricks.sliding_window_view(speech, 256)[::128]
    _, _, theirs = scipy.signal.spectrogram(
        speech.astype(float), 16_000, window="hann", nperseg=256, noverlap=128, detrend=False
    )
    np.testing.assert_allclose(power_spectral_density(frames, sampling_rate=16_000), theirs.T, atol=1e-12)


def test_a_row_is_the_mean_of_eight_log_densities_and_the_last_of_what_is_left(speech):
    signal = speech[: 128 * 20 + 128]  # 20 frames: blocks of 8, 8 and 4
    _, _, density = scipy.signal.spectrogram(
        signal.astype(float), 16_000, window="hann", nperseg=256, noverlap=128, detrend=False
    )
    log = np.maximum(np.log(np.maximum(density.T, 1e-300)), psd_floor(16_000))[:, :128]
    image = psd_image(signal, **SETTINGS)
    assert image.shape == (3, 128)
    for row, (first, last) in enumerate([(0, 8), (8, 16), (16, 20)]):
        np.testing.assert_allclose(image[row], log[first:last].mean(axis=0), atol=1e-3)


def test_white_noise_has_its_variance_spread_over_8000_hz():
    noise = 0.1 * np.random.default_rng(0).standard_normal(160_000)
    density = power_spectral_density(
        np.lib.stride_tricks.sliding_window_view(noise, 256)[::128], sampling_rate=16_000
    ).mean(axis=0)
    np.testing.assert_allclose(density[1:-1], 0.01 / 8_000, rtol=0.15)
    assert density.sum() * 16_000 / 256 == pytest.approx(0.01, rel=0.01)


def test_a_tone_is_brightest_in_its_bin():
    tone = np.sin(2 * np.pi * 2_000 * np.arange(16_000) / 16_000)
    assert (psd_image(tone, **SETTINGS).argmax(axis=1) == 2_000 / (16_000 / 256)).all()


def test_silence_is_the_floor_and_so_is_the_filling():
    floor = pytest.approx(np.log(2.0**-30 / 12 / 8_000))
    silent = psd_image(np.zeros(5_000), **SETTINGS)
    fixed, mask = fixed_psd_image(silent, sampling_rate=16_000, n_blocks=128)
    assert fixed.shape == (128, 128)
    assert fixed.min() == floor
    assert fixed.max() == floor
    assert mask.sum() == len(silent) == 5  # 38 frames


@pytest.mark.parametrize("n_samples", [1, 255, 16_000 * 8, 16_000 * 12])
def test_an_image_of_fixed_length_begins_like_the_whole_one(n_samples):
    image = psd_image(np.random.default_rng(0).standard_normal(n_samples), **SETTINGS)
    fixed, mask = fixed_psd_image(image, sampling_rate=16_000, n_blocks=128)
    kept = min(128, len(image))
    np.testing.assert_array_equal(fixed[:kept], image[:kept])
    assert mask.tolist() == [True] * kept + [False] * (128 - kept)
