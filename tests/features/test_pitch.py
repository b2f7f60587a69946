import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.pitch import harmonicity_and_f0, normalised_autocorrelation, without_noise

RATE = 16_000
SETTINGS = {"sampling_rate": RATE, "window": 0.050, "hop": 0.010, "f_min": 62.5, "f_max": 500}
TIME = np.arange(RATE // 2) / RATE


def harmonics(f0, *, of=range(1, 11)):
    return sum(np.cos(2 * np.pi * k * f0 * TIME) / k for k in of if k * f0 < RATE / 2)


@pytest.mark.parametrize("f0", [70, 110.3, 160, 233.1, 320, 450])
def test_a_harmonic_tone_has_its_own_pitch_and_ratio_one(f0):
    ratio, measured = harmonicity_and_f0(harmonics(f0), **SETTINGS).T
    np.testing.assert_allclose(measured, f0, rtol=0.005)
    np.testing.assert_allclose(ratio, 1, atol=0.02)


@pytest.mark.parametrize("f0", [100, 210])
def test_a_missing_fundamental_is_found(f0):
    measured = harmonicity_and_f0(harmonics(f0, of=range(2, 9)), **SETTINGS)[:, 1]
    np.testing.assert_allclose(measured, f0, rtol=0.005)


@pytest.mark.parametrize("period", [40, 100, 160])
def test_a_pulse_train_has_the_pitch_of_its_period(period):
    pulses = np.tile(np.pad(np.hanning(9), (0, period - 9)), 80)
    ratio, measured = harmonicity_and_f0(pulses, **SETTINGS).T
    np.testing.assert_allclose(measured, RATE / period, rtol=0.005)
    np.testing.assert_allclose(ratio, 1, atol=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_white_noise_and_silence_have_no_pitch(seed):
    noise = np.random.default_rng(seed).standard_normal(RATE)
    assert not harmonicity_and_f0(noise, **SETTINGS).any()
    assert not harmonicity_and_f0(np.zeros(RATE), **SETTINGS).any()
    assert not harmonicity_and_f0(np.full(RATE, 0.3), **SETTINGS).any()


def test_the_ratio_is_the_share_of_the_harmonic_power():
    generator = np.random.default_rng(0)
    tone = harmonics(150)
    hiss = np.convolve(generator.standard_normal(len(tone) + 15), np.hanning(16), mode="valid")  # below 2 kHz
    hiss *= np.sqrt(tone.var() / hiss.var() / 3)  # a quarter of the power
    ratio = harmonicity_and_f0(tone + hiss, **SETTINGS)[:, 0]
    assert ratio.mean() == pytest.approx(0.75, abs=0.05)


def test_level_does_not_matter_and_a_pitch_outside_the_range_is_none():
    tone = harmonics(200)
    np.testing.assert_allclose(
        harmonicity_and_f0(1e-4 * tone, **SETTINGS), harmonicity_and_f0(tone, **SETTINGS), rtol=1e-6
    )
    low = harmonicity_and_f0(np.cos(2 * np.pi * 40 * TIME), **SETTINGS)
    assert not low[:, 1].any()


def test_the_autocorrelation_equals_its_sum_over_the_overlap():
    frame = np.random.default_rng(1).standard_normal(60)
    ours = normalised_autocorrelation(frame[None], 20)[0]
    expected = [
        frame[: 60 - lag] @ frame[lag:] / np.sqrt((frame[: 60 - lag] ** 2).sum() * (frame[lag:] ** 2).sum())
        for lag in range(21)
    ]
    np.testing.assert_allclose(ours, expected, atol=1e-12)


@pytest.mark.parametrize("n_samples", [1, 50, 799])
def test_a_clip_shorter_than_a_window_is_one_finite_frame(n_samples):
    frames = harmonicity_and_f0(harmonics(200)[:n_samples], **SETTINGS)
    assert frames.shape == (1, 2)
    assert np.isfinite(frames).all()


def test_a_window_shorter_than_the_longest_period_is_an_error():
    with pytest.raises(UserError, match=r"a window of more than 0\.0160 s"):
        harmonicity_and_f0(TIME, **{**SETTINGS, "window": 0.015})


def test_a_frame_has_a_pitch_from_a_harmonic_ratio_of_a_tenth_on():
    generator = np.random.default_rng(0)
    hiss = np.convolve(generator.standard_normal(3 * RATE), np.hanning(100), mode="valid")  # below 320 Hz
    ratio, f0 = harmonicity_and_f0(hiss, **SETTINGS).T
    less, little = (ratio > 0) & (ratio < 0.1), (ratio >= 0.1) & (ratio < 0.2)
    assert min(less.sum(), little.sum()) > 10
    assert not f0[less].any()
    assert np.mean(f0[little] > 0) > 0.7  # some have no peak in the range


@pytest.mark.parametrize(("weaker", "octave"), [(0.12, 1), (0.17, 2)])
def test_a_period_of_two_pulses_is_taken_only_if_they_differ_enough(weaker, octave):
    """Every second pulse is weaker by a share e: one period correlates by about 1 - e**2 / 2, two by 1."""
    pulse = np.hanning(9)
    pair = np.concatenate([np.pad(pulse, (0, 71)), np.pad((1 - weaker) * pulse, (0, 71))])
    f0 = harmonicity_and_f0(np.tile(pair, 60), **SETTINGS)[:, 1]
    np.testing.assert_allclose(f0, RATE / (80 * octave), rtol=0.005)


def test_frames_can_be_left_out_without_changing_the_others():
    generator = np.random.default_rng(0)
    glide = np.sin(2 * np.pi * np.cumsum(np.linspace(90, 300, 2 * RATE)) / RATE) + 0.1 * generator.standard_normal(
        2 * RATE
    )
    whole = harmonicity_and_f0(glide, **SETTINGS)
    where = generator.random(len(whole)) < 0.6
    some = harmonicity_and_f0(glide, **SETTINGS, where=where)
    assert whole[:, 0].all()
    np.testing.assert_array_equal(some[where], whole[where])
    assert not some[~where].any()


def test_what_lies_before_the_first_crossing_of_zero_is_no_period():
    row = np.concatenate([[1, 0.5, 0.2, -0.3, 0.4], np.full(45, 0.1)])
    never = np.linspace(1, 0.5, 50)
    often = np.resize([1.0, -1.0], 50)
    kept = without_noise(np.stack([row, never, often]))
    np.testing.assert_array_equal(kept[0], [0, 0, 0, *row[3:]])
    assert not kept[1:].any()
