from functools import cache

import numpy as np
import pytest

from ser_tasks.corpora.synthesis.corpus import demo_speaker, synthesise_utterance
from ser_tasks.corpora.synthesis.tracks import CORRELATES, draw_manner
from ser_tasks.params import DemoParams

CLEAR = DemoParams(speakers=4, utterances_per_emotion=4, difficulty=0.0, seed=0)


@cache
def measured(emotion: str) -> dict[str, float]:
    """What the sound itself says, averaged over 4 speakers with 4 utterances each."""
    rows = [measures(*synthesise_utterance(s, emotion, i, CLEAR)) for s in range(4) for i in range(4)]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def measures(sound: np.ndarray, words: str) -> dict[str, float]:
    """Level in dBFS, letters a second, energy above 1 kHz re below in dB, and the median pitch in Hz."""
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    speech = sound[loud[0] : loud[-1]]
    power = np.abs(np.fft.rfft(speech * np.hanning(len(speech)))) ** 2
    bins = np.fft.rfftfreq(len(speech), 1 / 16_000)
    frames = np.lib.stride_tricks.sliding_window_view(speech, 800)[::400]
    voiced = frames[frames.std(axis=1) > np.quantile(frames.std(axis=1), 0.5)]
    correlation = np.fft.irfft(np.abs(np.fft.rfft(voiced - voiced.mean(axis=1, keepdims=True), 2_048)) ** 2)
    return {
        "level": 20 * np.log10(speech.std()),
        "rate": len(words.replace(" ", "")) / (len(speech) / 16_000),
        "brightness": 10 * np.log10(power[(bins > 1_000) & (bins < 4_000)].sum() / power[bins < 1_000].sum()),
        "pitch": float(np.median(16_000 / (32 + correlation[:, 32:220].argmax(axis=1)))),
    }


@pytest.mark.parametrize("cue", ["level", "rate", "brightness", "pitch"])
def test_anger_is_louder_faster_brighter_and_higher_than_sadness(cue):
    assert measured("anger")[cue] > measured("neutral")[cue] > measured("sadness")[cue]


def test_happiness_is_higher_and_louder_than_neutral():
    assert measured("happiness")["pitch"] > 1.15 * measured("neutral")["pitch"]
    assert measured("happiness")["level"] > measured("neutral")["level"] + 1


def manner(emotion: str, difficulty: float) -> np.ndarray:
    return np.array(draw_manner(emotion, demo_speaker(0, 0), difficulty, np.random.default_rng(0)))


def test_at_difficulty_1_all_emotions_are_spoken_alike():
    for emotion in CORRELATES:
        np.testing.assert_array_equal(manner(emotion, 1.0), manner("neutral", 1.0))


def test_difficulty_brings_an_emotion_nearer_to_neutral_in_proportion():
    gap = [manner("sadness", d)[0] - manner("neutral", d)[0] for d in (0.0, 0.25, 0.5)]
    np.testing.assert_allclose(np.array(gap) / gap[0], [1.0, 0.75, 0.5])


def test_speakers_differ_in_voice_and_in_how_much_they_show():
    speakers = [demo_speaker(number, 0) for number in range(8)]
    assert [speaker.gender for speaker in speakers] == ["female", "male"] * 4
    assert np.std([speaker.expressiveness.mean() for speaker in speakers]) > 0.1
    assert len({speaker.tract for speaker in speakers}) == 8
