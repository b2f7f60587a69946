"""Wiener filter, pre-emphasis, peak normalisation, and the chain of them."""

import numpy as np
import pytest

from ser_tasks.audio.conditioning import condition, pre_emphasised, wiener_filtered
from ser_tasks.audio.vad import peak_normalised, speech_span
from ser_tasks.errors import UserError
from ser_tasks.params import ConditioningParams

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


@pytest.mark.parametrize("frequency", [100, 1_000, 6_000])
def test_the_gain_of_a_tone_is_that_of_the_transfer_function(frequency):
    omega = 2 * np.pi * frequency / 16_000
    tone = np.sin(omega * np.arange(16_000))
    gain = np.sqrt(2 * np.mean(pre_emphasised(tone, coefficient=0.97)[1:] ** 2))
    assert gain == pytest.approx(abs(1 - 0.97 * np.exp(-1j * omega)), rel=1e-3)


def test_a_coefficient_outside_its_range_is_refused():
    with pytest.raises(UserError, match=r"Set 0\.97"):
        pre_emphasised(NOISE, coefficient=1.0)


@pytest.mark.parametrize("level", [1e-6, 0.3, 40.0])
def test_the_peak_is_the_one_requested_and_the_shape_stays(level):
    normalised = peak_normalised(level * NOISE, peak=0.9)
    assert np.abs(normalised).max() == pytest.approx(0.9)
    np.testing.assert_allclose(normalised, 0.9 * NOISE / np.abs(NOISE).max(), rtol=1e-4, atol=1e-7)


def test_silence_has_no_peak_to_normalise():
    np.testing.assert_array_equal(peak_normalised(np.zeros(10), peak=0.9), np.zeros(10))


OFF = {"wiener": None, "pre_emphasis": None, "trim": None, "peak": None}
TRIM = {"frame": 0.030, "aggressiveness": 2, "margin": 0.1}


def conditioned(signal, **steps):
    return condition(signal, sampling_rate=16_000, settings=ConditioningParams.model_validate(OFF | steps))


def test_with_every_step_off_the_samples_come_back_as_they_are(speak):
    signal = speak(("pause", 0.5), ("speech", 0.5))
    np.testing.assert_array_equal(conditioned(signal).signal, signal)
    assert conditioned(signal).speech_found is None


def test_the_chain_is_filter_then_emphasis_then_trimming_of_what_they_left_then_level(speak):
    signal = speak(("pause", 1.0), ("speech", 1.0), ("pause", 1.0))
    emphasised = pre_emphasised(wiener_filtered(signal, window=3), coefficient=0.97)
    start, end = speech_span(emphasised, sampling_rate=16_000, **TRIM)
    kept = emphasised[round(16_000 * start) : round(16_000 * end)]
    found = conditioned(signal, wiener={"window": 3}, pre_emphasis=0.97, trim=TRIM, peak=0.9)
    np.testing.assert_array_equal(found.signal, peak_normalised(kept, peak=0.9))
    assert found.speech_found is True
    assert 1.0 < len(found.signal) / 16_000 < 1.5


@pytest.mark.parametrize("signal", [np.zeros(16_000, np.float32), np.zeros(7, np.float32)])
def test_a_clip_in_which_trimming_finds_no_speech_stays_whole_and_is_marked(signal):
    np.testing.assert_array_equal(conditioned(signal, trim=TRIM).signal, signal)
    assert conditioned(signal, trim=TRIM).speech_found is False


def test_trimming_at_a_rate_that_the_detector_does_not_know_is_refused(speak):
    settings = ConditioningParams.model_validate(OFF | {"trim": TRIM})
    with pytest.raises(UserError, match=r"set audio\.sampling_rate to one of them"):
        condition(speak(("speech", 0.5)), sampling_rate=22_050, settings=settings)
