"""Speech in long recordings: what the detector for short ones says, without holding them."""

import numpy as np
import pytest

from ser_tasks.audio.vad import speech_mask
from ser_tasks.bundles.inference.speech_segments import segments, sentence_spans, voiced_frames
from ser_tasks.bundles.inference.streaming import signal_statistics
from ser_tasks.params import VoiceParams
from tests.audio.conftest import spoken

RATE = 16_000
SIGNAL = spoken(("pause", 2.0), ("speech", 2.5), ("pause", 3.0), ("speech", 2.0), ("pause", 1.5))
PEAK = float(np.abs(SIGNAL).max())
VOICE = VoiceParams(
    frame=0.030,
    aggressiveness=3,
    warm_up=60,
    onset_frames=13,
    onset_share=0.8,
    back_up_frames=20,
    pause_frames=26,
    pause_share=0.9,
    longest=10,
)


def blocks(length):
    return (SIGNAL[first : first + length] for first in range(0, len(SIGNAL), length))


@pytest.mark.parametrize("length", [100, 7_001, 10**6])
@pytest.mark.parametrize("frame", [0.010, 0.030])
def test_with_a_long_warm_up_every_frame_is_that_of_the_whole_recording(length, frame):
    found = voiced_frames(blocks(length), peak=PEAK, frame=frame, aggressiveness=2, warm_up=60)
    expected = speech_mask(SIGNAL, sampling_rate=RATE, frame=frame, aggressiveness=2)
    assert list(found) == expected.tolist()


def test_with_a_short_warm_up_the_speech_is_the_same_after_its_first_second():
    found = np.array(list(voiced_frames(blocks(5_000), peak=PEAK, frame=0.030, aggressiveness=2, warm_up=0.5)))
    expected = speech_mask(SIGNAL, sampling_rate=RATE, frame=0.030, aggressiveness=2)
    assert len(found) == len(expected)
    assert (found != expected)[34:].mean() < 0.02


def test_segments_are_the_sentences_of_the_whole_recording():
    settings = VOICE.model_dump(exclude={"warm_up"})
    found = segments(blocks(3_000), peak=PEAK, duration=len(SIGNAL) / RATE, voice=VOICE)
    assert found == sentence_spans(SIGNAL, sampling_rate=RATE, **settings)
    assert len(found) == 2


def test_silence_has_no_segment():
    silence = [np.zeros(RATE, np.float32)] * 3
    assert segments(silence, peak=0.0, duration=3.0, voice=VOICE) == []


@pytest.mark.parametrize("length", [799, 800, 12_345])
def test_a_survey_finds_length_peak_and_outline(length):
    look = signal_statistics(blocks(length), sampling_rate=RATE)
    assert look.duration == len(SIGNAL) / RATE
    assert look.peak == PEAK
    assert len(look.outline) == 11.0 / 0.05
    np.testing.assert_array_equal(look.outline[-1], [SIGNAL[-800:].min(), SIGNAL[-800:].max()])
