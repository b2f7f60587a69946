"""Every kind of degradation, held against what it promises."""

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.robustness.babble import babble, draw_talkers
from ser_tasks.evaluation.robustness.gain import louder
from ser_tasks.evaluation.robustness.level import speech_power
from ser_tasks.evaluation.robustness.mp3 import through_mp3
from ser_tasks.evaluation.robustness.noise import pink_noise, white_noise, with_noise
from ser_tasks.evaluation.robustness.reverberation import reverberated, room_response
from ser_tasks.evaluation.robustness.silence import with_silence
from ser_tasks.evaluation.robustness.speed import played
from ser_tasks.evaluation.robustness.telephone import telephoned

RATE = 16_000
SECOND = np.arange(RATE) / RATE
SETTINGS = {"sampling_rate": RATE, "speech_range": 30}


def tone(hertz, *, amplitude=0.3, seconds=1.0):
    time = np.arange(round(seconds * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def decibels(ratio):
    return 10 * np.log10(ratio)


def power(signal):
    return float(np.mean(np.square(signal, dtype=float)))


def frequency(signal):
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), 8 * len(signal)))
    return spectrum.argmax() * RATE / (8 * len(signal))


def delay(signal, later):
    """In samples, by the peak of the cross-correlation."""
    n = 2 * max(len(signal), len(later))
    likeness = np.fft.irfft(np.fft.rfft(later, n) * np.conj(np.fft.rfft(signal, n)), n)
    return (int(likeness.argmax()) + n // 2) % n - n // 2


def test_the_level_of_speech_is_that_of_the_part_where_somebody_speaks():
    spoken = tone(400)
    recorded = np.concatenate([np.zeros(3 * RATE), spoken, np.zeros(RATE)])
    found = speech_power(recorded.astype(np.float32), **SETTINGS)
    assert decibels(found / (0.3**2 / 2)) == pytest.approx(0, abs=0.2)  # frames that straddle the ends


@pytest.mark.parametrize("snr", [20, 0])
def test_noise_stands_at_the_ratio_asked_for_to_the_speech_and_not_to_the_pauses(snr):
    recorded = np.concatenate([np.zeros(2 * RATE), tone(400), np.zeros(RATE)]).astype(np.float32)
    noise = white_noise(len(recorded), generator=np.random.default_rng(0))
    added = with_noise(recorded, noise, snr=snr, **SETTINGS) - recorded
    assert decibels(0.3**2 / 2 / power(added)) == pytest.approx(snr, abs=0.2)


def test_noise_in_digital_silence_is_silent():
    noise = white_noise(RATE, generator=np.random.default_rng(0))
    np.testing.assert_array_equal(with_noise(np.zeros(RATE, np.float32), noise, snr=0, **SETTINGS), 0)


def octaves(noise):
    """Power in octaves from 125 to 8000 Hz, in dB."""
    spectrum = np.square(np.abs(np.fft.rfft(noise)))
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)
    return np.array([decibels(spectrum[(hertz >= low) & (hertz < 2 * low)].sum()) for low in 125 * 2.0 ** np.arange(6)])


def test_white_noise_has_twice_the_power_in_each_octave_and_pink_noise_the_same():
    generator = np.random.default_rng(0)
    white = octaves(white_noise(20 * RATE, generator=generator))
    pink = octaves(pink_noise(20 * RATE, sampling_rate=RATE, generator=generator))
    np.testing.assert_allclose(np.diff(white), decibels(2), atol=0.5)
    np.testing.assert_allclose(np.diff(pink), 0, atol=0.5)


def test_a_room_falls_by_60_db_in_the_time_it_is_named_for_by_backward_integration():
    response = room_response(rt60=0.6, direct_to_reverberant=3, sampling_rate=RATE, generator=np.random.default_rng(0))
    tail = response[1:]
    assert decibels(response[0] ** 2 / np.sum(tail**2)) == pytest.approx(3)
    left = decibels(np.cumsum(tail[::-1] ** 2)[::-1])  # Schroeder (1965)
    left -= left[0]
    falling = (left < -5) & (left > -35)
    slope = np.polyfit(np.flatnonzero(falling) / RATE, left[falling], 1)[0]
    assert -60 / slope == pytest.approx(0.6, rel=0.05)


def test_an_impulse_in_a_room_is_the_response_of_the_room_cut_where_the_recording_ends():
    response = room_response(rt60=0.3, direct_to_reverberant=0, sampling_rate=RATE, generator=np.random.default_rng(0))
    impulse = np.zeros(2_000, np.float32)
    impulse[0] = 1
    np.testing.assert_allclose(reverberated(impulse, response), response[:2_000], atol=1e-6)


@pytest.mark.parametrize(("hertz", "lost"), [(1_000, 0), (300, 6), (3_400, 6)])
def test_a_telephone_passes_its_band_and_is_6_db_down_at_its_ends(hertz, lost):
    heard = telephoned(tone(hertz), sampling_rate=RATE, highest=3_400)
    assert decibels(power(tone(hertz)) / power(heard)) == pytest.approx(lost, abs=0.5)


@pytest.mark.parametrize("hertz", [60, 5_000])
def test_a_telephone_passes_nothing_outside_its_band(hertz):
    assert decibels(power(telephoned(tone(hertz), sampling_rate=RATE, highest=3_400)) / power(tone(hertz))) < -40


def test_mu_law_leaves_the_38_db_of_g_711_in_the_band():
    sound = tone(1_000, amplitude=0.5)
    heard = telephoned(sound, sampling_rate=RATE, highest=3_400)[2_000:-2_000]
    scale = np.vdot(heard, sound[2_000:-2_000]) / np.vdot(sound[2_000:-2_000], sound[2_000:-2_000])
    rest = heard - scale * sound[2_000:-2_000]
    assert 33 < decibels(power(heard) / power(rest)) < 43


@pytest.mark.parametrize("degrade", ["telephone", "mp3"])
def test_what_comes_back_from_a_line_or_a_codec_is_in_time_and_as_long(degrade, make_speech):
    signal = make_speech(seconds=1.23)
    if degrade == "mp3":
        heard = through_mp3(signal, sampling_rate=RATE, kilobits=32)
    else:
        heard = telephoned(signal, sampling_rate=RATE, highest=3_400)
    assert len(heard) == len(signal)
    assert delay(signal, heard) == 0


def test_fewer_bits_leave_more_error(make_speech):
    signal = make_speech()
    error = [power(through_mp3(signal, sampling_rate=RATE, kilobits=rate) - signal) for rate in (64, 32, 16)]
    assert error == sorted(error)


def test_mp3_at_a_rate_that_it_does_not_have_is_an_error():
    with pytest.raises(UserError, match=r"Set audio\.sampling_rate to one of them"):
        through_mp3(tone(400), sampling_rate=10_000, kilobits=32)


def test_gain_scales_until_full_scale_and_clips_there():
    np.testing.assert_allclose(louder(tone(400), gain=-20), tone(400) / 10, rtol=1e-5, atol=1e-9)
    loud = louder(tone(400, amplitude=0.8), gain=6)
    np.testing.assert_allclose(loud, np.clip(tone(400, amplitude=0.8) * 1.99526, -1, 1), atol=1e-5)


def test_played_faster_a_tone_is_shorter_and_higher():
    fast = played(tone(400), speed=1.1)
    assert len(fast) == pytest.approx(RATE / 1.1, abs=1)
    assert frequency(fast) == pytest.approx(440, abs=1)


def test_silence_is_added_at_both_ends_and_the_middle_stays():
    longer = with_silence(tone(400), sampling_rate=RATE, seconds=0.5)
    np.testing.assert_array_equal(longer, np.concatenate([np.zeros(RATE // 2), tone(400), np.zeros(RATE // 2)]))


def test_all_voices_of_babble_are_equally_loud():
    voices = [tone(300, amplitude=0.01), tone(2_000, amplitude=0.9)]
    heard = babble(voices, 2 * RATE, generator=np.random.default_rng(0), **SETTINGS)
    spectrum = np.abs(np.fft.rfft(heard))
    assert decibels(spectrum[600] ** 2 / spectrum[4_000] ** 2) == pytest.approx(0, abs=0.2)


def test_talkers_are_different_people_as_long_as_there_are_enough_and_never_the_same_utterance_twice():
    others = {who: [f"{who}{take}" for take in range(3)] for who in "abcd"}
    four = draw_talkers(others, talkers=4, generator=np.random.default_rng(0))
    six = draw_talkers({who: others[who] for who in "ab"}, talkers=6, generator=np.random.default_rng(0))
    assert sorted(name[0] for name in four) == list("abcd")
    assert sorted(six) == ["a0", "a1", "a2", "b0", "b1", "b2"]


def test_nobody_babbles_alone():
    with pytest.raises(UserError, match="name other --conditions"):
        draw_talkers({}, talkers=6, generator=np.random.default_rng(0))
