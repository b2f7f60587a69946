"""Speech in long recordings: what WebRTC's detector says of the whole, without holding it; and how loud it gets it."""

import numpy as np
import pytest
import scipy.signal
import webrtcvad

from ser_tasks.bundles.inference.speech_segments import (
    LEVEL,
    band_powers,
    segments,
    sentences_in,
    variation,
    voiced_frames,
)
from ser_tasks.bundles.inference.streaming import signal_statistics
from ser_tasks.params import VoiceParams
from tests.audio.conftest import spoken

RATE = 16_000
SIGNAL = spoken(("pause", 2.0), ("speech", 2.5), ("pause", 3.0), ("speech", 2.0), ("pause", 1.5))
PEAK = float(np.abs(SIGNAL).max())
LOUD = 0.25
VOICE = VoiceParams(
    frame=0.030,
    aggressiveness=3,
    warm_up=60,
    least_variation=4,
    onset_frames=13,
    onset_share=0.8,
    back_up_frames=20,
    pause_frames=26,
    pause_share=0.9,
    longest=10,
)


def blocks(length):
    return (SIGNAL[first : first + length] for first in range(0, len(SIGNAL), length))


def twice(signal, *, frame, aggressiveness, loud=LOUD):
    """What the detector says of each frame of a whole recording when it gets it for the second time."""
    length = round(frame * RATE)
    padded = np.pad(np.clip(signal * (LEVEL / loud), -1, 1), (0, -len(signal) % length))
    frames = [row.tobytes() for row in np.round(padded.reshape(-1, length) * 32767).astype("<i2")]
    detector = webrtcvad.Vad(aggressiveness)
    return [[detector.is_speech(row, RATE) for row in frames] for _ in range(2)][1]


def in_noise(snr, *, colour=0.0, seed=0, level=0.2, pause=6.0):
    """SIGNAL once more with long pauses, at some level, in steady noise that is so many dB below its voice."""
    voice = spoken(("pause", pause), ("speech", 4.0), ("pause", pause), ("speech", 4.0), ("pause", pause))
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=len(voice)))
    noise = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** colour, len(voice))
    spoke = np.abs(voice) > 0.01 * np.abs(voice).max()
    noise *= np.sqrt(np.mean(voice[spoke] ** 2)) / noise.std() * 10 ** (-snr / 20)
    mixed = voice + noise
    return np.float32(level * mixed / np.abs(mixed).max()), np.float32(level * noise / np.abs(noise).max())


def spans(signal, **changes):
    voice = VOICE.model_copy(update=changes)
    statistics = signal_statistics([signal], sampling_rate=RATE)
    return segments([signal], loud=statistics.loud, duration=statistics.duration, voice=voice)


@pytest.mark.parametrize("length", [100, 7_001, 10**6])
@pytest.mark.parametrize("frame", [0.010, 0.030])
def test_with_a_long_warm_up_every_frame_is_that_of_the_whole_recording(length, frame):
    found = voiced_frames(blocks(length), loud=LOUD, frame=frame, aggressiveness=2, warm_up=60)
    assert list(found) == twice(SIGNAL, frame=frame, aggressiveness=2)


def test_what_is_beyond_full_scale_in_the_copy_of_the_detector_is_cut_there():
    slow = np.float32(0.5 * np.sin(2 * np.pi * 3 * np.arange(4 * RATE) / RATE))  # 3 Hz: of its own it is no speech
    found = voiced_frames([slow], loud=LEVEL / 5, frame=0.030, aggressiveness=3, warm_up=60)
    assert list(found) == twice(slow, frame=0.030, aggressiveness=3, loud=LEVEL / 5)


def test_with_a_short_warm_up_the_speech_is_the_same_after_its_first_second():
    found = np.array(list(voiced_frames(blocks(5_000), loud=LOUD, frame=0.030, aggressiveness=2, warm_up=0.5)))
    expected = np.array(twice(SIGNAL, frame=0.030, aggressiveness=2))
    assert len(found) == len(expected)
    assert (found != expected)[34:].mean() < 0.02


def test_segments_are_the_sentences_of_the_whole_recording():
    found = segments(blocks(3_000), loud=LOUD, duration=len(SIGNAL) / RATE, voice=VOICE)
    rules = VOICE.model_dump(include={"onset_frames", "onset_share", "back_up_frames", "pause_frames", "pause_share"})
    voiced = twice(SIGNAL, frame=0.030, aggressiveness=3)
    expected = sentences_in(voiced, **rules, longest_frames=round(10 / 0.030))
    assert found == [(first * 0.030, min(last * 0.030, len(SIGNAL) / RATE)) for first, last in expected]
    assert len(found) == 2


@pytest.mark.parametrize("level", [0.9, 0.01])
@pytest.mark.parametrize(("snr", "colour"), [(20, 0.0), (0, 0.0), (20, 0.5), (0, 0.5), (20, 1.0), (5, 1.0)])
@pytest.mark.parametrize("aggressiveness", [0, 2])
def test_steady_noise_between_the_voices_is_no_speech_however_loud_the_recording_is(snr, colour, aggressiveness, level):
    mixed, _ = in_noise(snr, colour=colour, level=level)
    first, second = spans(mixed, aggressiveness=aggressiveness)
    for (start, end), (begins, ends) in zip((first, second), ((6, 10), (16, 20)), strict=True):
        assert begins - 1.3 < start < begins + 0.1
        assert ends - 0.1 < end < ends + 1.6


@pytest.mark.parametrize("colour", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("level", [0.9, 0.01])
def test_a_recording_of_noise_alone_has_no_speech(colour, level):
    _, noise = in_noise(0, colour=colour, level=level)
    assert spans(noise, aggressiveness=0) == []


@pytest.mark.parametrize("hertz", [100, 200, 440])
def test_a_hum_is_no_speech_by_itself_nor_between_voices(hertz):
    hum = np.sin(2 * np.pi * hertz * np.arange(len(SIGNAL)) / RATE).astype(np.float32)
    assert spans(0.1 * hum) == []
    for (start, end), (begins, ends) in zip(spans(SIGNAL + 0.3 * hum), [(2, 4.5), (7.5, 9.5)], strict=True):
        assert begins - 1.3 < start < begins + 0.1
        assert ends - 0.1 < end < ends + 1.6


@pytest.mark.parametrize("quieter", [0.1, 0.01])
def test_a_burst_of_noise_makes_no_voice_inaudible(quieter):
    signal = np.concatenate([np.zeros(2 * RATE, np.float32), quieter * SIGNAL])
    signal[RATE // 2 : 2 * RATE] = np.random.default_rng(0).normal(0, 0.3, 3 * RATE // 2).clip(-1, 1)
    *_, first, second = spans(signal, aggressiveness=2)
    for (start, end), (begins, ends) in zip((first, second), [(4, 6.5), (9.5, 11.5)], strict=True):
        assert start < begins + 0.1
        assert ends - 0.1 < end < ends + 1.6


def test_the_level_of_steady_noise_moves_less_than_is_asked_and_that_of_a_voice_more():
    noise = np.random.default_rng(0).normal(size=60 * RATE).astype(np.float32)
    assert variation([band_powers(noise)], quiet=0).max() < 4
    voice = SIGNAL[round(2.7 * RATE) : round(3.8 * RATE)]
    assert variation([band_powers(voice)], quiet=0).min() > 4


def test_the_level_moves_between_its_15th_and_85th_percentile_in_the_band_where_it_moves_most():
    levels = np.ones((41, 5))
    levels[:, 2] = 10 ** (np.arange(41) / 10)  # a decibel a step
    powers = np.stack([levels, levels**2], axis=1)
    assert variation([powers[:20], powers[20:]], quiet=0)[20] == pytest.approx(28, abs=1)
    assert variation([powers], quiet=1e9)[20] == pytest.approx(0, abs=0.01)
    assert len(variation([], quiet=0)) == 0


@pytest.mark.parametrize("colour", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("edges", [(300, 3400), (500, 1000), (20, 900)])
def test_noise_through_a_telephone_or_a_narrow_band_is_no_speech(colour, edges):
    _, noise = in_noise(0, colour=colour, level=0.9)
    band = scipy.signal.firwin(401, edges, pass_zero=False, fs=RATE)
    narrow = scipy.signal.fftconvolve(noise, band, "same").astype(np.float32)
    held = sum(end - start for start, end in spans(narrow, aggressiveness=2))
    assert held < 3, "s of 26, which was most of it"


@pytest.mark.parametrize("frame", [0.010, 0.020, 0.030])
def test_frames_of_any_length_hold_the_same_speech(frame):
    frames = round(0.030 / frame)
    sizes = {name: frames * getattr(VOICE, name) for name in ("onset_frames", "back_up_frames", "pause_frames")}
    mixed, _ = in_noise(5)
    found, expected = spans(mixed, frame=frame, **sizes), spans(mixed)
    np.testing.assert_allclose(found, expected, atol=0.5)


def test_segments_do_not_depend_on_the_level_of_a_recording():
    assert spans(np.float32(1e-6) * SIGNAL) == spans(SIGNAL)


def test_clicks_make_no_voice_inaudible():
    signal = 0.02 * SIGNAL
    signal[RATE // 2 :: 3 * RATE] = 1.0
    for (start, end), (begins, ends) in zip(spans(signal), [(2, 4.5), (7.5, 9.5)], strict=True):
        assert begins - 0.7 < start < begins
        assert ends - 0.1 < end < ends + 1.2


@pytest.mark.parametrize(("seconds", "counted"), [(0.0, None), (0.04, 1), (0.10, 1), (0.15, 2), (1.95, 20), (30.0, 20)])
def test_a_recording_is_as_loud_as_its_loudest_second_or_half(seconds, counted):
    steps = round(seconds / 0.05) or (1 if seconds else 0)
    levels = np.random.default_rng(0).permutation(np.linspace(0.1, 0.9, steps, dtype=np.float32))
    signal = np.repeat(levels, 800)[: round(seconds * RATE)] * np.float32(-1)
    loud = signal_statistics([signal] if len(signal) else [], sampling_rate=RATE).loud
    assert loud == (pytest.approx(sorted(levels)[-counted]) if counted else 0)


@pytest.mark.parametrize("longest", [10.0, 4.0])
def test_segments_hold_the_speech_of_a_recording_and_not_its_long_pauses(longest):
    signal = spoken(
        ("pause", 2.0), ("speech", 3.0), ("pause", 3.0), ("speech", 2.0), ("pause", 3.0), ("speech", 2.5), ("pause", 1)
    )
    spoke = [(2.0, 5.0), (8.0, 10.0), (13.0, 15.5)]
    found = spans(signal, longest=longest)
    for (start, end), (first, last) in zip(found, spoke, strict=True):
        assert first - 0.61 < start < first
        assert min(last, start + longest) - 0.1 < end < last + 1.2
        assert end - start <= longest + 1e-9


def test_no_segment_is_longer_than_the_longest_and_none_ends_after_the_recording():
    signal = spoken(("speech", 7.01))
    found = spans(signal, longest=3.0)
    assert [end - start for start, end in found[:2]] == pytest.approx([3.0, 3.0])
    assert found[-1][1] == len(signal) / RATE


def test_silence_has_no_segment():
    silence = [np.zeros(RATE, np.float32)] * 3
    assert segments(silence, loud=0.0, duration=3.0, voice=VOICE) == []


@pytest.mark.parametrize("length", [799, 800, 12_345])
def test_a_survey_finds_length_peak_and_outline(length):
    look = signal_statistics(blocks(length), sampling_rate=RATE)
    assert look.duration == len(SIGNAL) / RATE
    assert look.peak == PEAK
    assert len(look.outline) == 11.0 / 0.05
    np.testing.assert_array_equal(look.outline[-1], [SIGNAL[-800:].min(), SIGNAL[-800:].max()])
