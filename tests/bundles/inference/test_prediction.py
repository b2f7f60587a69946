"""Any recording in, one answer out."""

import numpy as np
import pytest
import soxr

from ser_tasks.audio.recording import AudioError, Recording
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.inference.prediction import recognise, recognise_all
from tests.bundles.small_bundles import CLASSES, RATE, voice


@pytest.fixture(scope="module")
def bundle(bundle_folder):
    return load_bundle(bundle_folder)


def recording(signal: np.ndarray, rate: int = RATE) -> Recording:
    return Recording(signal.reshape(len(signal), -1), rate)


def test_a_prediction_names_the_likeliest_class_and_its_probability(bundle):
    for emotion in CLASSES:
        answer = recognise(bundle, recording(voice(emotion, speaker=5, take=7)))
        assert answer.emotion == emotion == max(answer.probabilities, key=answer.probabilities.__getitem__)
        assert tuple(answer.probabilities) == bundle.classes
        assert sum(answer.probabilities.values()) == pytest.approx(1)
        assert answer.confidence == max(answer.probabilities.values())
        assert answer.duration == pytest.approx(0.6)


def test_rate_and_channels_are_those_of_the_recording(bundle):
    signal = voice("anger", speaker=1, take=5)
    twice = np.stack([signal, signal], axis=1)
    assert recognise(bundle, Recording(twice, RATE)) == recognise(bundle, recording(signal))
    up = np.asarray(soxr.resample(signal, RATE, 48_000), np.float32)
    assert recognise(bundle, recording(up, 48_000)).emotion == "anger"


def test_many_are_predicted_as_one_by_one(bundle):
    recordings = [recording(voice(emotion, take=3)) for emotion in CLASSES]
    for one, among in zip([recognise(bundle, r) for r in recordings], recognise_all(bundle, recordings), strict=True):
        assert one.emotion == among.emotion
        assert one.confidence == pytest.approx(among.confidence)
        assert one.unsure == among.unsure


def test_a_recording_unlike_the_training_set_makes_the_prediction_unsure_with_a_remark(bundle):
    hiss = np.random.default_rng(0).normal(scale=0.1, size=round(0.6 * RATE)).astype(np.float32)
    answer = recognise(bundle, recording(hiss))
    assert answer.unsure
    assert any("unlike the training set" in remark for remark in answer.remarks)


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        (np.full(RATE, np.nan, np.float32), "16000 samples are NaN or infinite. Export"),
        (np.zeros(100, np.float32), "at least 0.1 s. Take a whole sentence"),
    ],
)
def test_what_is_no_sound_is_refused(bundle, signal, message):
    with pytest.raises(AudioError, match=message):
        recognise(bundle, recording(signal))
