"""Wiener filter, pre-emphasis, peak normalisation."""

import numpy as np
import pytest

from ser_tasks.audio.peak import peak_normalised
from ser_tasks.audio.pre_emphasis import de_emphasised, pre_emphasised
from ser_tasks.audio.wiener import wiener_filtered
from ser_tasks.errors import UserError

NOISE = np.random.default_rng(0).standard_normal(4_000).astype(np.float32) * 0.1


def wiener_by_its_formula(signal, window):
    around = np.lib.stride_tricks.sliding_window_view(np.pad(signal.astype(float), window // 2), window)
    mean, variance = around.mean(axis=1), around.var(axis=1)
    noise = variance.mean()
    return np.where(variance < noise, mean, mean + (1 - noise / np.maximum(variance, noise)) * (signal - mean))


@pytest.mark.parametrize("window", [3, 5, 11])
def test_the_wiener_filter_is_its_formula(window):
    np.testing.assert_allclose(wiener_filtered(NOISE, window=window), wiener_by_its_formula(NOISE, window), atol=1e-7)


def test_the_wiener_filter_takes_noise_out_of_a_loud_tone_in_a_quiet_clip():
    time = np.arange(16_000) / 16_000
    clean = np.where(time > 0.5, np.sin(2 * np.pi * 200 * time), 0)
    noisy = clean + NOISE.repeat(4)[:16_000] * 0.1
    before, after = (np.mean((x - clean)[:7_000] ** 2) for x in (noisy, wiener_filtered(noisy, window=5)))
    assert after < before


@pytest.mark.parametrize("signal", [np.zeros(500), np.full(500, 0.25), np.r_[np.zeros(250), NOISE[:250]], np.ones(1)])
@pytest.mark.filterwarnings("error")
def test_digital_silence_and_standing_values_stay_finite(signal):
    assert np.isfinite(wiener_filtered(signal, window=3)).all()


def test_silence_stays_silent_to_200_db():
    assert np.abs(wiener_filtered(np.zeros(500), window=3)).max() <= 1e-10


def test_a_neighbourhood_without_a_centre_is_refused():
    with pytest.raises(UserError, match="Set 3, 5, 7"):
        wiener_filtered(NOISE, window=4)


def test_pre_emphasis_is_the_difference_worked_by_hand():
    np.testing.assert_allclose(pre_emphasised(np.array([1.0, 2.0, 4.0]), coefficient=0.5), [1, 1.5, 3])


@pytest.mark.parametrize("coefficient", [0.0, 0.5, 0.97])
def test_de_emphasis_undoes_pre_emphasis(coefficient):
    there = pre_emphasised(NOISE, coefficient=coefficient)
    np.testing.assert_allclose(de_emphasised(there, coefficient=coefficient), NOISE, atol=1e-6)


@pytest.mark.parametrize("frequency", [100, 1_000, 6_000])
def test_the_gain_of_a_tone_is_that_of_the_transfer_function(frequency):
    omega = 2 * np.pi * frequency / 16_000
    tone = np.sin(omega * np.arange(16_000))
    gain = np.sqrt(2 * np.mean(pre_emphasised(tone, coefficient=0.97)[1:] ** 2))
    assert gain == pytest.approx(abs(1 - 0.97 * np.exp(-1j * omega)), rel=1e-3)


def test_a_coefficient_that_would_not_die_out_is_refused():
    with pytest.raises(UserError, match=r"Set 0\.97"):
        de_emphasised(NOISE, coefficient=1.0)


@pytest.mark.parametrize("level", [1e-6, 0.3, 40.0])
def test_the_peak_is_the_one_asked_for_and_the_shape_stays(level):
    normalised = peak_normalised(level * NOISE, peak=0.9)
    assert np.abs(normalised).max() == pytest.approx(0.9)
    np.testing.assert_allclose(normalised, 0.9 * NOISE / np.abs(NOISE).max(), rtol=1e-4, atol=1e-7)


def test_silence_has_no_peak_to_normalise():
    np.testing.assert_array_equal(peak_normalised(np.zeros(10), peak=0.9), np.zeros(10))
