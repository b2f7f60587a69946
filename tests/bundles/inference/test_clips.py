"""Utterances of a corpus as a bundle gets them."""

import numpy as np
import pytest
import soundfile

from ser_tasks.audio.clip import Clip
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.inference import clips as module
from ser_tasks.bundles.inference.clips import predict_clips
from ser_tasks.bundles.inference.prediction import recognise_all
from tests.bundles.small_bundles import RATE, voice


@pytest.fixture(scope="module")
def bundle(bundle_folder):
    return load_bundle(bundle_folder)


def clip(path, **rest):
    return Clip(**{"utterance_id": path, "path": path, "start": None, "end": None, "sha256": "", **rest})


def predict(bundle, root, *clips, largest=1024.0):
    return predict_clips(bundle, clips, root=root, largest=largest)


def test_a_part_and_a_channel_are_predicted_as_if_they_were_files(bundle, tmp_path):
    sad, angry = (voice(emotion, speaker=2, take=9) for emotion in ("sadness", "anger"))
    both = np.stack([np.concatenate([sad, angry]), np.concatenate([angry, sad])], axis=1)
    soundfile.write(tmp_path / "call.wav", both, RATE, subtype="FLOAT")
    middle = len(sad) / RATE
    found = predict(
        bundle,
        tmp_path,
        clip("call.wav", end=middle, channel="left"),
        clip("call.wav", start=middle, channel="left"),
        clip("call.wav", end=middle, channel="2"),
    )
    files = [Recording(sound[:, None], RATE) for sound in (sad, angry, angry)]
    assert [one.prediction for one in found] == recognise_all(bundle, files)


def test_a_file_with_several_parts_is_decoded_once(bundle, tmp_path, monkeypatch):
    soundfile.write(tmp_path / "a.wav", np.tile(voice("anger"), 3), RATE)
    read = []
    monkeypatch.setattr(module, "read_recording", lambda path, **rest: (read.append(path), reading(path, **rest))[1])
    predict(bundle, tmp_path, *(clip("a.wav", start=start, end=start + 0.5) for start in (0.0, 0.6, 1.2)))
    assert read == [tmp_path / "a.wav"]


reading = module.read_recording


def test_what_cannot_be_predicted_has_its_reason_and_the_others_their_predictions(bundle, tmp_path):
    soundfile.write(tmp_path / "a.wav", voice("anger", speaker=2, take=9), RATE)
    (tmp_path / "text.wav").write_text("text")
    found = predict(
        bundle,
        tmp_path,
        clip("text.wav"),
        clip("a.wav"),
        clip("a.wav", start=0.5, end=9.0),
        clip("a.wav", channel="right"),
        clip("a.wav", end=0.05),
    )
    assert [one.prediction.emotion if one.prediction else None for one in found] == [None, "anger", None, None, None]
    for place, reason in (
        (0, "not readable as sound"),
        (2, "from 0.5 s to 9.0 s"),
        (3, "channel right"),
        (4, "0.050 s"),
    ):
        assert reason in found[place].fault
        assert str(tmp_path) in found[place].fault


def test_a_file_that_is_too_large_to_be_held_is_not_decoded(bundle, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(RATE), RATE)
    (found,) = predict(bundle, tmp_path, clip("a.wav"), largest=0.01)
    assert "raise predict.largest in params.yaml" in found.fault
