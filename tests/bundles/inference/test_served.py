"""What MLflow serves: recordings in three forms, one table of answers."""

import json

import numpy as np
import pandas as pd
import pytest
import soundfile

from ser_tasks.audio.recording import AudioError
from ser_tasks.bundles.inference.served import _load_pyfunc, answer_columns
from ser_tasks.errors import UserError
from ser_tasks.tracking import _signature
from tests.bundles.small_bundles import ASR, RATE, voice
from tests.bundles.word_bundles import small_ensemble, text_examples, use_parrot, written


@pytest.fixture(scope="module")
def served(bundle_folder):
    return _load_pyfunc(str(bundle_folder))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("sounds") / "anger.wav"
    soundfile.write(path, voice("anger", take=6), RATE, subtype="FLOAT")
    return path


def test_a_path_the_bytes_of_a_file_and_samples_are_predicted_alike(served, file):
    samples, _ = soundfile.read(file, dtype="float32")
    rows = [{"path": str(file)}, {"audio": file.read_bytes()}, {"samples": samples, "sampling_rate": RATE}]
    answers = served.predict(pd.DataFrame(rows))
    assert answers.emotion.tolist() == ["anger"] * 3
    probabilities = answers[["p_anger", "p_neutral", "p_sadness"]].to_numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(probabilities, probabilities[[0]].repeat(3, axis=0))
    np.testing.assert_allclose(answers.confidence, probabilities.max(axis=1))
    assert json.loads(answers.to_json(orient="records"))[0]["duration"] == pytest.approx(0.6)


def test_a_row_with_nothing_or_with_too_much_to_hear_is_refused(served, file):
    with pytest.raises(UserError, match=r"row 1: found nothing. Expected one of path, audio, or samples"):
        served.predict(pd.DataFrame([{"path": str(file)}, {"path": None}]))
    with pytest.raises(UserError, match=r"row 0: found \['audio', 'path'\]"):
        served.predict(pd.DataFrame([{"path": str(file), "audio": b"RIFF"}]))


def test_bytes_that_are_no_sound_and_samples_out_of_scale_are_refused_without_the_name_of_a_temporary_file(served):
    with pytest.raises(AudioError, match=r"^the recording \(7 bytes\): not readable as sound"):
        served.predict(pd.DataFrame([{"audio": b"nothing"}]))
    with pytest.raises(AudioError, match="divide 16-bit integers by 32768"):
        served.predict(pd.DataFrame([{"samples": [0, 3000, -3000] * 1000, "sampling_rate": RATE}]))


def test_an_ensemble_takes_words_and_answers_with_them_and_with_its_members(bundle_folder, file, tmp_path, monkeypatch):
    parrot = use_parrot(monkeypatch)
    text, _ = written(tmp_path / "tfidf", "tfidf", text_examples())
    served = _load_pyfunc(str(small_ensemble(tmp_path / "both", bundle_folder, text)))
    rows = [{"path": str(file), "transcript": "nobody is left"}, {"path": str(file), "transcript": None}]
    answers = served.predict(pd.DataFrame(rows))
    assert answers.transcript.tolist() == ["nobody is left", "stop it now"]
    assert len(parrot.languages) == 1
    sad, angry = answers.members
    assert max(sad["tfidf"], key=sad["tfidf"].get) == "sadness"
    assert max(angry["tfidf"], key=angry["tfidf"].get) == "anger"
    assert sad["svm"] == angry["svm"]


def test_words_for_a_model_that_reads_none_are_refused_and_an_empty_column_is_not(served, file):
    assert "transcript" not in served.predict(pd.DataFrame([{"path": str(file), "transcript": ""}]))
    with pytest.raises(UserError, match="reads no words, but a transcript was given"):
        served.predict(pd.DataFrame([{"path": str(file), "transcript": "hello"}]))


@pytest.mark.parametrize(("words", "members"), [(False, ()), (True, ()), (True, ("svm", "tfidf"))])
def test_the_signature_in_the_registry_names_the_columns_that_are_given(served, words, members):
    card = served.bundle.card.model_copy(update={"asr": ASR if words else None, "members": members})
    signature = _signature(answer_columns(card), words=words)
    more = ["transcript"] * words + ["members"] * bool(members)
    shares = ["p_anger", "p_neutral", "p_sadness"]
    named = ["emotion", "confidence", "unsure", "remarks", "duration", *more, *shares]
    assert signature.outputs.input_names() == named
    assert ("transcript" in signature.inputs.input_names()) == words
