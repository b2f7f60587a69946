"""Augmentation of waveforms."""

import numpy as np
import pytest

from ser_tasks.augmentation.signal import (
    augmented,
    augmented_copy,
    circularly_shifted,
    pitched,
    randomly_pitched,
    randomly_stretched,
    stretched,
    with_gain,
    with_noise_floor,
    with_white_noise,
)
from ser_tasks.errors import UserError
from ser_tasks.params import SignalAugmentationParams

RATE = 16_000
TIME = np.arange(2 * RATE) / RATE
TONE = (0.3 * np.sin(2 * np.pi * 400 * TIME)).astype(np.float32)  # 2 s
CHANCE = {
    "noise": lambda signal, generator: with_white_noise(signal, generator=generator, snr=(15, 29)),
    "floor": lambda signal, generator: with_noise_floor(signal, generator=generator, amplitude=0.005),
    "shift": lambda signal, generator: circularly_shifted(
        signal, generator=generator, sampling_rate=RATE, shift=(0.1, 0.5)
    ),
    "gain": lambda signal, generator: with_gain(signal, generator=generator, gain=(-6, 6)),
    "stretch": lambda signal, generator: randomly_stretched(
        signal, generator=generator, sampling_rate=RATE, rate=(0.8, 1.25)
    ),
    "pitch": lambda signal, generator: randomly_pitched(
        signal, generator=generator, sampling_rate=RATE, semitones=(-2, 2)
    ),
}


def frequency(signal):
    """Of the strongest partial in the middle half of the signal, in Hz."""
    middle = signal[len(signal) // 4 : 3 * len(signal) // 4].astype(float)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), n=8 * len(middle)))
    return spectrum.argmax() * RATE / (8 * len(middle))


def level(signal):
    return 10 * np.log10(np.mean(np.square(signal, dtype=float)))


@pytest.mark.parametrize("name", CHANCE)
def test_the_same_generator_gives_the_same_and_another_another_and_the_input_stays(name):
    before = TONE.copy()
    one, same, other = (CHANCE[name](TONE, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert len(one) != len(other) or not np.array_equal(one, other)
    np.testing.assert_array_equal(TONE, before)
    assert one.dtype == np.float32


@pytest.mark.parametrize("name", CHANCE)
@pytest.mark.parametrize("n_samples", [1, 7, 700])
def test_short_and_silent_clips_stay_finite(name, n_samples):
    assert np.isfinite(CHANCE[name](TONE[:n_samples], np.random.default_rng(0))).all()
    assert np.isfinite(CHANCE[name](np.zeros(n_samples, np.float32), np.random.default_rng(0))).all()


@pytest.mark.parametrize("snr", [0.0, 15.0, 40.0])
def test_the_noise_lies_below_the_signal_by_the_ratio_requested(snr):
    noisy = with_white_noise(TONE, generator=np.random.default_rng(0), snr=(snr, snr))
    assert level(TONE) - level(noisy - TONE) == pytest.approx(snr, abs=0.01)


def test_the_ratios_fill_their_range():
    generator = np.random.default_rng(0)
    noisy = [with_white_noise(TONE, generator=generator, snr=(15, 29)) for _ in range(100)]
    ratios = [level(TONE) - level(signal - TONE) for signal in noisy]
    assert 15 <= min(ratios) < 16
    assert 28 < max(ratios) <= 29


def test_the_noise_is_white():
    noise = with_white_noise(TONE, generator=np.random.default_rng(0), snr=(20, 20)) - TONE
    power = (np.abs(np.fft.rfft(noise)) ** 2)[:-1].reshape(8, -1).mean(axis=1)
    np.testing.assert_allclose(power, power.mean(), rtol=0.15)


def test_noise_of_a_fixed_amplitude_has_it():
    noise = with_noise_floor(TONE, generator=np.random.default_rng(0), amplitude=0.005) - TONE
    assert noise.std() == pytest.approx(0.005, rel=0.02)


def test_silence_has_no_ratio_and_stays_silent():
    assert not with_white_noise(np.zeros(100, np.float32), generator=np.random.default_rng(0), snr=(0, 0)).any()


def test_a_circular_shift_moves_the_beginning_and_loses_nothing():
    click = np.zeros(RATE, np.float32)
    click[100] = 1
    moved = circularly_shifted(click, generator=np.random.default_rng(0), sampling_rate=RATE, shift=(0.25, 0.25))
    assert moved.argmax() == 100 + RATE // 4
    round_trip = circularly_shifted(TONE, generator=np.random.default_rng(0), sampling_rate=RATE, shift=(2.0, 2.0))
    np.testing.assert_array_equal(round_trip, TONE)


def test_six_db_of_gain_double_the_amplitude():
    decibels = 20 * np.log10(2)
    louder = with_gain(TONE, generator=np.random.default_rng(0), gain=(decibels, decibels))
    np.testing.assert_allclose(louder, 2 * TONE, rtol=1e-5)


@pytest.mark.parametrize("rate", [0.5, 0.8, 0.97, 1.1, 1.25, 2.0])
@pytest.mark.parametrize("hertz", [100, 400, 1_234])
def test_a_stretched_tone_lasts_longer_at_the_same_frequency_and_level(rate, hertz):
    tone = (0.3 * np.sin(2 * np.pi * hertz * TIME)).astype(np.float32)
    longer = stretched(tone, sampling_rate=RATE, rate=rate)
    assert len(longer) == round(2 * RATE / rate)
    assert frequency(longer) == pytest.approx(hertz, rel=0.005)
    assert level(longer[2_000:-2_000]) == pytest.approx(level(tone), abs=0.3)


def test_a_rate_of_one_changes_nothing():
    noise = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    np.testing.assert_allclose(stretched(noise, sampling_rate=RATE, rate=1.0), noise, atol=1e-5)


@pytest.mark.parametrize("rate", [0.7, 1.4])
def test_what_happens_at_a_time_happens_at_that_time_over_the_rate(rate):
    bursts = np.where((TIME % 0.5 > 0.2) & (TIME % 0.5 < 0.3), TONE, 0).astype(np.float32)
    moved = stretched(bursts, sampling_rate=RATE, rate=rate)
    loud = np.flatnonzero(np.abs(moved) > 0.1) / RATE
    np.testing.assert_allclose([loud.min(), loud.max()], [0.2 / rate, 1.8 / rate], atol=0.03)


@pytest.mark.parametrize("semitones", [-12, -3, 0.5, 4, 12])
def test_a_shifted_tone_lasts_as_long_at_the_interval_requested(semitones):
    moved = pitched(TONE, sampling_rate=RATE, semitones=semitones)
    assert len(moved) == len(TONE)
    assert frequency(moved) == pytest.approx(400 * 2 ** (semitones / 12), rel=0.005)
    assert level(moved[2_000:-2_000]) == pytest.approx(level(TONE), abs=0.3)


def test_the_formants_move_with_the_pitch():
    two = (TONE + 0.2 * np.sin(2 * np.pi * 1_000 * TIME)).astype(np.float32)
    moved = pitched(two, sampling_rate=RATE, semitones=12)
    high = np.abs(np.fft.rfft(moved[:RATE] * np.hanning(RATE)))
    assert high[1_900:2_100].max() > 0.4 * high[700:900].max()


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_a_rate_that_is_not_positive_is_refused(rate):
    with pytest.raises(UserError, match="Set rates above 0"):
        stretched(TONE, sampling_rate=RATE, rate=rate)


ALL = {
    "time_stretch": (0.9, 1.1),
    "pitch_shift": (-2.0, 2.0),
    "circular_shift": (0.1, 0.5),
    "gain": (-6.0, 6.0),
    "noise_snr": (5.0, 30.0),
    "noise_floor": 0.005,
}
OFF = dict.fromkeys(ALL)


def section(**steps):
    return SignalAugmentationParams.model_validate({"copies": 3, "seed": 0, **OFF, **steps})


def copy(utterance_id="u", number=1, **changes):
    return augmented_copy(
        TONE, sampling_rate=RATE, settings=section(**ALL, **changes), utterance_id=utterance_id, number=number
    )


def test_a_copy_depends_on_the_utterance_its_number_and_the_seed_alone():
    first = copy()
    np.testing.assert_array_equal(copy(), first)
    np.testing.assert_array_equal(copy(copies=9), first)
    others = [copy(number=2), copy(utterance_id="v"), copy(seed=1)]
    assert all(len(other) != len(first) or not np.array_equal(other, first) for other in others)


def test_the_steps_follow_each_other_in_the_order_stated():
    generator = np.random.default_rng(3)
    signal = randomly_stretched(TONE, generator=generator, sampling_rate=RATE, rate=ALL["time_stretch"])
    signal = randomly_pitched(signal, generator=generator, sampling_rate=RATE, semitones=ALL["pitch_shift"])
    signal = circularly_shifted(signal, generator=generator, sampling_rate=RATE, shift=ALL["circular_shift"])
    signal = with_gain(signal, generator=generator, gain=ALL["gain"])
    signal = with_white_noise(signal, generator=generator, snr=ALL["noise_snr"])
    signal = with_noise_floor(signal, generator=generator, amplitude=ALL["noise_floor"])
    ours = augmented(TONE, generator=np.random.default_rng(3), sampling_rate=RATE, settings=section(**ALL))
    np.testing.assert_array_equal(ours, signal)


@pytest.mark.parametrize("step", ALL)
def test_a_step_that_is_on_is_the_only_one_that_is_done(step):
    ours = augmented(
        TONE, generator=np.random.default_rng(0), sampling_rate=RATE, settings=section(**{step: ALL[step]})
    )
    assert (len(ours) == len(TONE)) == (step != "time_stretch")
    assert (frequency(ours) == pytest.approx(400, rel=0.005)) == (step != "pitch_shift")
    assert (level(ours) == pytest.approx(level(TONE), abs=0.5)) == (step != "gain")


def test_copies_that_would_be_the_original_again_are_refused():
    with pytest.raises(ValueError, match=r"Set one of time_stretch, pitch_shift, .*, or 0 copies"):
        section()


def test_a_range_that_falls_is_refused():
    with pytest.raises(ValueError, match="Write the lower one first"):
        section(gain=(6.0, -6.0))
