import numpy as np
import pytest
import scipy.signal

from ser_tasks.features.psd_image import PSD_IMAGE, power_spectral_density, psd_floor, spectral_density_image

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
    image = spectral_density_image(signal, **SETTINGS)
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


def test_a_row_covers_eight_frames_of_16_ms_every_8_ms(params):
    """7 * 8 + 16 ms, and 8 * 8 ms from row to row."""
    assert PSD_IMAGE.framing(**PSD_IMAGE.settings(params)) == pytest.approx((0.072, 0.064))


def test_a_tone_is_brightest_in_its_bin():
    tone = np.sin(2 * np.pi * 2_000 * np.arange(16_000) / 16_000)
    assert (spectral_density_image(tone, **SETTINGS).argmax(axis=1) == 2_000 / (16_000 / 256)).all()


def test_silence_is_the_floor():
    silent = spectral_density_image(np.zeros(5_000), **SETTINGS)
    assert silent.shape == (5, 128)  # 38 frames
    np.testing.assert_allclose(silent, np.log(2.0**-30 / 12 / 8_000), rtol=1e-6)


@pytest.mark.parametrize("n_samples", [1, 255, 256])
def test_a_short_signal_is_filled_to_one_row(n_samples):
    assert spectral_density_image(np.ones(n_samples), **SETTINGS).shape == (1, 128)
