"""Bundles of dimensions that read words: their words, given or recognised, and the planes over their n-grams."""

import shutil

import numpy as np
import pandas as pd
import pytest
import soundfile

from ser_tasks.audio.decode import open_sound
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_any_bundle
from ser_tasks.bundles.card import BundleError, write_card
from ser_tasks.bundles.dimensions.card import read_any_card
from ser_tasks.bundles.dimensions.model_card import dimension_model_card
from ser_tasks.bundles.inference.estimate import estimate, estimate_all
from ser_tasks.bundles.inference.files import (
    predict_files,
    prediction_columns,
    prediction_row,
    rated_window_rows,
    window_columns,
)
from ser_tasks.bundles.inference.served import ServedBundle, answer_columns
from ser_tasks.bundles.inference.timeline_pass import rating_timeline_here
from ser_tasks.bundles.weights.tfidf_ridge import load_tfidf_ridge
from ser_tasks.bundles.weights.words_network_ccc import load_words_network_ccc
from ser_tasks.corpora.synthesis.corpus import synthesise_utterance
from ser_tasks.errors import UserError
from ser_tasks.params.reading import read_params
from ser_tasks.text import asr
from ser_tasks.text.asr.engine import Transcript
from ser_tasks.text.transcripts import Turn
from tests.bundles.dimensions.small_dimension_bundles import (
    DIMENSIONS,
    OF_CLASSES,
    rated_sentences,
    small_dimension_bundle,
)
from tests.bundles.small_bundles import PROJECT, RATE, voice
from tests.bundles.word_bundles import SENTENCES, use_parrot, words_of

RECORDING = Recording(voice("sadness")[:, None], RATE)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words") / "rated"
    return folder, small_dimension_bundle(folder, model="tfidf_ridge", rated=rated_sentences())


@pytest.fixture
def parrot(monkeypatch):
    return use_parrot(monkeypatch)


@pytest.fixture
def bundle(made, parrot):
    """Loaded for each test, so that each has its own recogniser."""
    return load_any_bundle(made[0])


def values(found) -> list[float]:
    return [one.value for one in found.dimensions.values()]


def test_read_again_it_gives_what_the_fitted_model_gave_for_words_that_count_and_for_none(bundle, made):
    for text in (*SENTENCES.values(), "stop nobody", "zebra stop", ""):
        found = estimate(bundle, RECORDING, transcript=Transcript(text))
        expected = made[1].predict([(Turn(text, ""),)])[0]
        np.testing.assert_allclose(values(found), expected, rtol=1e-12)


def test_words_that_are_recognised_decide_and_those_that_are_given_do_without(bundle, parrot):
    recognised = estimate(bundle, RECORDING)
    assert recognised.transcript.text == "stop it now"
    assert values(recognised) == values(estimate(bundle, RECORDING, transcript=words_of("stop it now")))
    assert abs(values(recognised)[1] - OF_CLASSES["anger"][1]) < 0.5
    parrot.languages.clear()
    given = estimate(bundle, RECORDING, transcript=Transcript("nobody is left"))
    assert parrot.languages == []
    assert abs(values(given)[1] - OF_CLASSES["sadness"][1]) < 0.5


@pytest.mark.parametrize(
    ("words", "remark"),
    [
        ("", "no words were recognised"),
        ("zebra crossing", "none of the words occurs in the training set"),
    ],
)
def test_without_words_that_count_a_rating_is_unsure_and_says_why(bundle, words, remark):
    found = estimate(bundle, RECORDING, transcript=Transcript(words))
    assert found.unsure
    assert remark in found.remarks
    known = estimate(bundle, RECORDING, transcript=Transcript("stop it"))
    assert remark not in known.remarks


def test_it_hears_nothing_so_a_length_of_no_training_utterance_is_no_reason_to_doubt(bundle):
    long = Recording(voice("anger", duration=8)[:, None], RATE)
    assert not estimate(bundle, long, transcript=Transcript("stop it now")).unsure


def test_alone_and_among_others_it_is_the_same(bundle):
    texts = [Transcript(text) for text in SENTENCES.values()]
    together = estimate_all(bundle, [RECORDING] * 3, transcripts=texts)
    for one, text in zip(together, texts, strict=True):
        assert values(one) == values(estimate(bundle, RECORDING, transcript=text))


def test_without_a_recogniser_there_is_no_rating_unless_the_words_are_given(made, monkeypatch):
    monkeypatch.setattr(asr, "ENGINES", {})
    bundle = load_any_bundle(made[0])
    with pytest.raises(UserError, match="recogniser"):
        estimate(bundle, RECORDING)
    given = estimate(bundle, RECORDING, transcript=Transcript("stop it now"))
    np.testing.assert_allclose(values(given), made[1].predict([(Turn("stop it now", ""),)])[0])


def test_tables_and_mlflow_have_the_words(bundle, tmp_path):
    soundfile.write(tmp_path / "a.wav", RECORDING.samples, RATE)
    limits = read_params(PROJECT / "params.yaml").predict
    (outcome,) = predict_files(bundle, [tmp_path / "a.wav"], limits=limits)
    row = prediction_row(outcome, prediction_columns(bundle.card))
    assert row["transcript"] == "stop it now"
    rows = [{"path": str(tmp_path / "a.wav"), "transcript": "nobody is left"}]
    served = ServedBundle(bundle).predict(pd.DataFrame(rows))
    assert list(served) == list(answer_columns(bundle.card))
    assert served.transcript[0] == "nobody is left"
    expected = estimate(bundle, RECORDING, transcript=Transcript("nobody is left"))
    assert [served[name][0] for name in DIMENSIONS] == pytest.approx(values(expected))


def test_a_timeline_rates_the_words_of_each_window(bundle, tmp_path, parrot, monkeypatch):
    room = 1e-4 * np.random.default_rng(0).normal(size=RATE)
    sentence, *_ = synthesise_utterance(0, "neutral", 0, read_params(PROJECT / "params.yaml").demo)
    signal = np.concatenate([room, sentence, room])
    soundfile.write(tmp_path / "talk.wav", signal, RATE)
    monkeypatch.setattr(parrot, "transcript", words_of("stop it now nobody is left"))  # a word every 0.2 s
    params = read_params(PROJECT / "params.yaml").timeline
    settings = params.model_copy(update={"window": 0.6, "hop": 0.6, "smoothing": 0.0})
    found = rating_timeline_here(bundle, open_sound(tmp_path / "talk.wav"), settings=settings)
    first = found.windows[0]
    assert first.transcript == "stop it now"
    expected = estimate(bundle, RECORDING, transcript=Transcript("stop it now"))
    assert [own.value for own in first.dimensions.values()] == pytest.approx(values(expected))
    rows = list(rated_window_rows(tmp_path / "talk.wav", found))
    assert rows[1]["transcript"] == "nobody is left"
    assert set(rows[0]) <= set(window_columns(bundle.card))


def test_a_card_without_a_recogniser_is_refused(made, tmp_path):
    folder = shutil.copytree(made[0], tmp_path / "own")
    write_card(read_any_card(folder).model_copy(update={"asr": None}), folder)
    with pytest.raises(BundleError, match="it reads words, but its card names no speech recogniser"):
        load_any_bundle(folder)


def test_its_model_card_says_that_it_rates_words(made):
    text = dimension_model_card(read_any_card(made[0]))
    assert "it rates the words of a recording" in text
    assert "There are no words that count" in text
    assert "Mahalanobis" not in text


def test_n_grams_that_cannot_be_read_are_an_error_with_the_way_out(made, tmp_path):
    card = load_any_bundle(made[0]).card
    (tmp_path / "model.npz").write_bytes((made[0] / "model.npz").read_bytes())
    (tmp_path / "ngrams.json").write_text("[]")
    with pytest.raises(BundleError, match="not readable as n-grams"):
        load_tfidf_ridge(card, tmp_path)


def test_planes_on_sentence_vectors_give_the_same_ratings_from_their_bundle_and_the_same_bytes(tmp_path, monkeypatch):
    """The encoder is a stand-in: a vector counts the letters a to h of a text."""

    def letters(texts):
        return np.array([[text.count(letter) for letter in "abcdefgh"] for text in texts], np.float32)

    monkeypatch.setattr("ser_tasks.models.text.sentence_encoder.load_encoder", lambda model, **how: letters)
    for name in ("a", "b"):
        fitted = small_dimension_bundle(tmp_path / name, model="sentence_encoder_ridge", rated=rated_sentences())
    loaded = load_any_bundle(tmp_path / "a")
    unseen = (*rated_sentences().features[:3], (Turn("never before", ""),))
    np.testing.assert_allclose(loaded.regressor.predict(unseen), fitted.predict(unseen), atol=1e-6)
    found = estimate(loaded, RECORDING, transcript=Transcript("never before"))
    np.testing.assert_allclose(values(found), fitted.predict(unseen)[-1], atol=1e-6)
    assert not found.unsure, "an encoder reads words that no training utterance has"
    assert read_any_card(tmp_path / "a").files == read_any_card(tmp_path / "b").files
    assert {"sentence-transformers", "torch"} <= set(read_any_card(tmp_path / "a").versions)


@pytest.mark.slow
def test_a_network_on_words_numbers_them_in_its_bundle_as_when_it_was_trained(tmp_path):
    fitted = small_dimension_bundle(tmp_path / "lstm", model="text_lstm_ccc", rated=rated_sentences())
    loaded = load_any_bundle(tmp_path / "lstm")
    for text in (*SENTENCES.values(), "stop nobody", "zebra crossing", ""):
        found, known = estimate(loaded, RECORDING, transcript=Transcript(text)), text.replace("zebra crossing", "")
        np.testing.assert_allclose(values(found), fitted.predict([(Turn(known, ""),)])[0], atol=1e-5)
        assert ("none of the words occurs in the training set" in found.remarks) == (text != known)
    np.testing.assert_array_equal(loaded.regressor.half_widths(), fitted.half_widths())
    (tmp_path / "lstm/vocabulary.json").write_text('{"words": 3}')
    with pytest.raises(BundleError, match=r"vocabulary\.json: not readable as words"):
        load_words_network_ccc(loaded.card, tmp_path / "lstm")
