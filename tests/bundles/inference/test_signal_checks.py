"""Checks of a recording, on sounds whose level, clipping and bandwidth are known."""

import numpy as np
import pytest
import soxr

from ser_tasks.bundles.inference.prediction import bandwidth, clipped_share, level, remarks_on, silent_share

RATE = 16_000
TIME = np.arange(2 * RATE) / RATE
SINE = np.sin(2 * np.pi * 200 * TIME + 0.1).astype(np.float32)
NOISE = np.random.default_rng(0).normal(scale=0.1, size=2 * RATE).astype(np.float32)


def texts(signal: np.ndarray, rate: int = RATE, **options) -> list[str]:
    return [remark.text for remark in remarks_on(signal, rate, **options)]


def test_sound_without_fault_has_no_remark():
    assert remarks_on(NOISE, RATE, durations=(1.0, 3.0)) == ()


def test_level_of_a_sine_is_its_amplitude_over_the_root_of_two():
    assert level(0.5 * SINE) == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=1e-3)


def test_quiet_sound_is_remarked_on_and_inaudible_sound_doubted():
    assert texts(10 ** (-45 / 20) * NOISE) == ["very quiet: -65 dBFS"]
    assert [remark.unsure for remark in remarks_on(10 ** (-45 / 20) * NOISE, RATE)] == [False]
    assert [remark.unsure for remark in remarks_on(10 ** (-60 / 20) * NOISE, RATE)] == [True]


@pytest.mark.parametrize("gain", [1.0, 0.3])  # clipped, and made quieter afterwards
def test_a_clipped_sine_stands_at_its_top_for_a_known_share_of_the_time(gain):
    clipped = gain * np.clip(2 * SINE, -1, 1)
    assert clipped_share(clipped) == pytest.approx(1 - 2 / np.pi * np.arcsin(0.5), abs=0.02)  # two thirds
    assert any("of the samples clip" in text for text in texts(clipped))


def test_the_top_of_a_whole_sine_is_not_taken_for_clipping():
    assert clipped_share(SINE) == 0
    assert clipped_share(NOISE) == 0


def test_one_clipped_channel_of_two_is_found():
    both = np.stack([NOISE, np.clip(3 * NOISE, -0.3, 0.3)], axis=1)
    assert [remark.unsure for remark in remarks_on(both, RATE)] == [True]


def test_telephone_bandwidth_is_detected_whatever_the_rate_of_the_file():
    telephone = soxr.resample(NOISE[:RATE], 8_000, RATE)
    assert bandwidth(telephone, RATE) == pytest.approx(4_000, abs=300)
    assert texts(telephone) == [f"nothing above {bandwidth(telephone, RATE) / 1000:.1f} kHz, as from a telephone"]
    assert any("as from a telephone" in text for text in texts(NOISE[:RATE], 8_000)), "its own rate"
    assert bandwidth(NOISE, RATE) > 7_900


def test_16_bits_do_not_hide_the_telephone():
    telephone = np.round(soxr.resample(NOISE[:RATE], 8_000, RATE) * 32768) / 32768
    assert any("as from a telephone" in text for text in texts(telephone.astype(np.float32)))


def test_digital_silence_is_counted_and_single_zeros_are_not():
    half = np.concatenate([NOISE, np.zeros_like(NOISE)])
    assert silent_share(half, RATE) == pytest.approx(0.5)
    assert texts(half) == ["50 % of the recording is digital silence"]
    sparse = NOISE.copy()
    sparse[::2] = 0
    assert silent_share(sparse, RATE) == 0


def test_a_recording_of_nothing_is_reported_once():
    assert texts(np.zeros(RATE, np.float32)) == ["100 % of the recording is digital silence"]


def test_half_the_shortest_and_twice_the_longest_training_utterance_are_the_limits_of_duration():
    for durations, fits in (((4.0, 5.0), True), ((4.1, 5.0), False), ((0.5, 1.0), True), ((0.5, 0.9), False)):
        assert (remarks_on(NOISE, RATE, durations=durations) == ()) is fits
    assert texts(NOISE, durations=(5.0, 6.0)) == ["2.0 s long, but the training set has utterances of 5.0 to 6.0 s"]
