import numpy as np
import pytest

from ser_tasks.audio.vad import speech_mask, speech_span
from ser_tasks.errors import UserError

SETTINGS = {"sampling_rate": 16_000, "frame": 0.030, "aggressiveness": 2}
HANGOVER = 0.2  # s that the detector goes on after speech


@pytest.mark.parametrize("frame", [0.010, 0.020, 0.030])
@pytest.mark.parametrize("aggressiveness", [0, 1, 2, 3])
@pytest.mark.parametrize("level", [1.0, 0.01])
def test_speech_is_found_where_it_was_put(speak, frame, aggressiveness, level):
    signal = level * speak(("pause", 1.0), ("speech", 1.5), ("pause", 1.0))
    mask = speech_mask(signal, sampling_rate=16_000, frame=frame, aggressiveness=aggressiveness)
    time = frame * np.arange(len(mask))
    assert mask[(time > 1.1) & (time < 2.4)].mean() > 0.95
    assert not mask[(time < 0.95) | (time > 2.5 + HANGOVER)].any()


@pytest.mark.parametrize("sampling_rate", [8_000, 32_000, 48_000])
def test_every_rate_of_the_detector_finds_the_same_speech(speak, sampling_rate):
    signal = speak(("pause", 1.0), ("speech", 1.5), ("pause", 1.0), sampling_rate=sampling_rate)
    start, end = speech_span(signal, **{**SETTINGS, "sampling_rate": sampling_rate}, margin=0.0)
    assert start == pytest.approx(1.0, abs=0.1)
    assert 2.4 < end < 2.5 + HANGOVER


def test_the_last_frame_counts_though_it_is_not_full(speak):
    assert len(speech_mask(speak(("speech", 1.0))[:481], **SETTINGS)) == 2


def test_the_span_holds_the_speech_its_inner_pause_and_the_margin(speak):
    signal = speak(("pause", 1.0), ("speech", 1.0), ("pause", 0.8), ("speech", 1.0), ("pause", 1.0))
    start, end = speech_span(signal, **SETTINGS, margin=0.0)
    assert start == pytest.approx(1.0, abs=0.1)
    assert 3.7 < end < 3.8 + HANGOVER
    assert speech_span(signal, **SETTINGS, margin=0.1) == pytest.approx((start - 0.1, end + 0.1))


def test_a_margin_does_not_reach_beyond_the_clip(speak):
    assert speech_span(speak(("speech", 1.0)), **SETTINGS, margin=5.0) == (0.0, 1.0)


@pytest.mark.parametrize("signal", [np.zeros(16_000, np.float32), np.zeros(7, np.float32), np.empty(0, np.float32)])
def test_a_clip_without_speech_has_no_span(signal):
    assert speech_span(signal, **SETTINGS, margin=0.1) is None


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [({"sampling_rate": 22_050}, "Resample it"), ({"frame": 0.025}, "Set one"), ({"aggressiveness": 4}, "Set one")],
)
def test_settings_that_the_detector_does_not_know_are_refused(speak, wrong, hint):
    with pytest.raises(UserError, match=hint):
        speech_mask(speak(("speech", 0.5)), **{**SETTINGS, **wrong})
