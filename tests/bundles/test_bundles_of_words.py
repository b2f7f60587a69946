"""Bundles that read words, ensembles of bundles, and the way from a recording over its words to one prediction."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_bundle, single
from ser_tasks.bundles.card import BundleError, read_card
from ser_tasks.bundles.ensemble_bundle import write_ensemble
from ser_tasks.bundles.export.exportable import is_exportable
from ser_tasks.bundles.inference.prediction import recognise, recognise_all
from ser_tasks.bundles.inference.timeline_pass import predict_windows, recognise_words
from ser_tasks.bundles.model_bundle import write_bundle
from ser_tasks.bundles.speech_to_text import SpeechToText
from ser_tasks.errors import UserError
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.models.ensembles.weighted import WeightedAverage
from ser_tasks.text import asr
from ser_tasks.text.asr.engine import Engine, Transcript
from ser_tasks.text.transcripts import Turn
from tests.bundles.small_bundles import ASR, CLASSES, RATE, small_card, small_params, voice
from tests.bundles.word_bundles import (
    ALONE,
    ONE_STEP,
    SENTENCES,
    TEMPERATURE,
    WEIGHTS,
    Parrot,
    small_ensemble,
    text_examples,
    use_parrot,
    with_sound,
    words_of,
    written,
)
from tests.models.voted_examples import voted

pytestmark = pytest.mark.network


@pytest.fixture(autouse=True)
def parrot(monkeypatch):
    """The one engine of the table."""
    return use_parrot(monkeypatch)


@pytest.fixture(scope="module")
def text_folder(tmp_path_factory) -> Path:
    return written(tmp_path_factory.mktemp("text") / "tfidf", "tfidf", text_examples())[0]


@pytest.fixture(scope="module")
def ensemble_folder(bundle_folder, text_folder, tmp_path_factory) -> Path:
    return small_ensemble(tmp_path_factory.mktemp("ensemble") / "both", bundle_folder, text_folder)


def recording(emotion: str = "anger") -> Recording:
    return Recording(voice(emotion)[:, None], RATE)


@pytest.mark.parametrize(
    ("model", "examples"),
    [
        ("tfidf", text_examples()),
        ("tfidf_context", text_examples()),
        ("tfidf_heard", text_examples()),
        ("text_lstm", text_examples()),
        ("dialogue_blstm", text_examples()),
        ("speech_text_fusion", with_sound(text_examples())),
    ],
)
def test_a_model_of_words_gives_the_same_posteriors_from_its_bundle(model, examples, tmp_path):
    folder, recogniser = written(tmp_path / "one", model, examples)
    loaded = load_bundle(folder).recogniser
    unseen = examples.features[:3]
    if model != "speech_text_fusion":
        unseen += ((Turn("never seen before", ""),), (Turn("", ""),))
    np.testing.assert_allclose(loaded.posteriors(unseen), recogniser.posteriors(unseen), atol=1e-6)


@pytest.mark.parametrize(
    ("model", "classifier"),
    [
        ("sentence_encoder", "logistic_regression"),
        ("sentence_encoder", "svm"),
        ("sentence_encoder_votes", "logistic_regression"),
        ("tfidf_votes", "logistic_regression"),
    ],
)
def test_a_classifier_of_text_gives_the_same_posteriors_from_its_bundle(tmp_path, monkeypatch, model, classifier):
    """The encoder is a stand-in: a vector counts the letters a to h of a text."""

    def letters(texts):
        return np.array([[text.count(letter) for letter in "abcdefgh"] for text in texts], np.float32)

    monkeypatch.setattr("ser_tasks.models.text.sentence_encoder.load_encoder", lambda model, **how: letters)
    encoder = small_params().sentence_encoder.model_copy(update={"classifier": classifier})
    section = MODELS[model].section(small_params().model_copy(update={"sentence_encoder": encoder}))
    recogniser = MODELS[model].build(section, classes=tuple(CLASSES), seed=0)
    examples = text_examples()
    if model in ON_VOTES:
        examples = voted(examples, np.eye(len(CLASSES))[np.searchsorted(list(CLASSES), examples.emotions)])
    recogniser.fit(examples, None)
    card = small_card(recogniser, small_params(), model=model, settings=section)
    write_bundle(tmp_path / "b", card, recogniser, None, pages={})
    loaded = load_bundle(tmp_path / "b").recogniser
    unseen = (*text_examples().features[:3], (Turn("never before", ""),))
    np.testing.assert_array_equal(loaded.posteriors(unseen), recogniser.posteriors(unseen))


def test_the_same_classifier_of_text_gives_the_same_bytes(text_folder, tmp_path):
    again, _ = written(tmp_path / "again", "tfidf", text_examples())
    assert read_card(again).files == read_card(text_folder).files


def test_a_network_and_the_svm_behind_it_are_one_bundle(tmp_path):
    generator = np.random.default_rng(0)
    frames = tuple(generator.normal(size=(12, 40)).astype(np.float32) + 2 * (row % 3) for row in range(60))
    examples = replace(text_examples(), features=frames)
    section = MODELS["residual_cnn_svm"].section(small_params())
    training = section.network.network.training.model_copy(update=ONE_STEP)
    network = replace(section.network, network=section.network.network.model_copy(update={"training": training}))
    recogniser = MODELS["residual_cnn_svm"].build(replace(section, network=network), classes=tuple(CLASSES), seed=0)
    recogniser.fit(examples, None)
    card = small_card(recogniser, small_params(), model="residual_cnn_svm", settings=section.svm)
    settings = network.network.model_dump(mode="json") | {"svm": section.svm.model_dump(mode="json")}
    write_bundle(tmp_path / "b", card.model_copy(update={"settings": settings}), recogniser, None, pages={})
    loaded = load_bundle(tmp_path / "b").recogniser
    np.testing.assert_allclose(loaded.posteriors(frames), recogniser.posteriors(frames), atol=1e-5)


def test_ngrams_that_were_cut_off_are_reported(text_folder, tmp_path):
    folder = Path(shutil.copytree(text_folder, tmp_path / "cut"))
    (folder / "ngrams.json").write_text("{", encoding="utf-8")
    with pytest.raises(BundleError, match=r"ngrams.json: changed since"):
        load_bundle(folder)


def test_a_recording_is_transcribed_and_its_words_decide(text_folder, parrot):
    bundle = load_bundle(text_folder)
    for emotion, text in SENTENCES.items():
        parrot.transcript = words_of(text)
        found = recognise(bundle, recording("neutral"))
        assert (found.emotion, found.transcript.text) == (emotion, text)
        assert found.remarks == ()


def test_words_that_are_given_are_not_recognised_again(text_folder, parrot):
    found = recognise(load_bundle(text_folder), recording(), transcript=Transcript("nobody is left"))
    assert (found.emotion, parrot.languages) == ("sadness", [])


def test_a_model_of_words_alone_is_unsure_without_words(text_folder, parrot):
    parrot.transcript = Transcript("")
    found = recognise(load_bundle(text_folder), recording())
    assert found.unsure
    assert found.remarks == ("no words were recognised",)


def test_words_for_a_model_that_reads_none_are_refused(bundle_folder):
    with pytest.raises(UserError, match=r"svm reads no words, but a transcript was given"):
        recognise(load_bundle(bundle_folder), recording(), transcript=Transcript("hello"))


def test_an_ensemble_is_the_weighted_mean_of_its_members_calibrated_and_states_theirs(
    ensemble_folder, bundle_folder, text_folder
):
    bundle = load_bundle(ensemble_folder)
    found = recognise(bundle, recording())
    alone = [recognise(load_bundle(folder), recording()).probabilities for folder in (bundle_folder, text_folder)]
    members = np.array([[own[name] for name in CLASSES] for own in alone])
    expected = softmax(np.log(WEIGHTS @ members) / TEMPERATURE)
    np.testing.assert_allclose([found.probabilities[name] for name in CLASSES], expected, atol=1e-9)
    assert found.members == {"svm": pytest.approx(alone[0]), "tfidf": pytest.approx(alone[1])}
    assert found.transcript.text == "stop it now"


@pytest.mark.parametrize(
    ("transcript", "reason"),
    [
        (Transcript(""), "no words were recognised"),
        (words_of("quixotic !"), "none of the words occurs in the training set"),
        (words_of("stop it now", confidence=0.4), "the recogniser is unsure of the words (40 %)"),
        (
            words_of("hör auf", language="de", sure=0.9),
            "the words are in another language (de) than those trained on (en)",
        ),
    ],
)
def test_where_words_do_not_count_the_sound_alone_decides_by_its_own_temperature(
    ensemble_folder, bundle_folder, parrot, transcript, reason
):
    parrot.transcript = transcript
    found, svm = (
        recognise(load_bundle(ensemble_folder), recording()),
        recognise(load_bundle(bundle_folder), recording()),
    )
    alone = np.maximum([svm.probabilities[name] for name in CLASSES], 1e-12)  # no logarithm of less is taken
    expected = softmax(np.log(alone) / ALONE)
    np.testing.assert_allclose([found.probabilities[name] for name in CLASSES], expected, atol=1e-9)
    assert list(found.members) == ["svm"]
    assert f"{reason}, the sound alone decides" in found.remarks
    assert found.transcript == transcript


def test_without_a_recogniser_the_sound_decides_and_the_remark_gives_the_reason(ensemble_folder, monkeypatch):
    def missing():
        raise UserError("no parrot here. Install it.")

    monkeypatch.setattr(asr, "ENGINES", {"parrot": Engine(missing, ("numpy",), "install it", languages=None)})
    found = recognise(load_bundle(ensemble_folder), recording())
    assert found.remarks == ("no words were recognised: no parrot here. Install it, the sound alone decides",)
    assert not found.unsure


def test_a_model_of_words_alone_stops_without_a_recogniser(text_folder, monkeypatch):
    monkeypatch.setattr(asr, "ENGINES", {})
    with pytest.raises(UserError, match="no speech recogniser 'parrot'"):
        recognise(load_bundle(text_folder), recording())


def test_other_weights_of_the_recogniser_than_those_of_the_bundle_are_refused(monkeypatch):
    line = Engine(Parrot, ("numpy",), "install it", languages=None, weights=lambda settings: {"model.bin": "other"})
    monkeypatch.setattr(asr, "ENGINES", {"parrot": line})
    card = ASR.model_copy(update={"weights": {"model.bin": "own"}, "settings": {"model": "w"}})
    with pytest.raises(UserError, match=r"made with the model in w, but the files there are others"):
        SpeechToText(card, required=True)(np.zeros(160, np.float32), sampling_rate=RATE)


def test_another_version_of_the_recogniser_than_that_of_the_bundle_is_warned_of():
    card = ASR.model_copy(update={"versions": {"numpy": "0.1"}})
    with pytest.warns(UserWarning, match=rf"made with numpy 0.1, but numpy {np.__version__} is installed"):
        SpeechToText(card, required=True)(np.zeros(160, np.float32), sampling_rate=RATE)


@pytest.mark.parametrize(("sure", "languages"), [(0.9, [None]), (0.3, [None, "en"])])
def test_another_language_that_the_recogniser_is_unsure_of_is_tried_again_as_that_of_the_training_set(
    parrot, sure, languages
):
    parrot.transcript = words_of("hör auf", language="de", sure=sure)
    SpeechToText(ASR, required=True)(np.zeros(160, np.float32), sampling_rate=RATE)
    assert parrot.languages == languages


def test_where_no_member_could_answer_all_do_and_the_prediction_is_unsure(text_folder, tmp_path, parrot):
    own = read_card(text_folder)
    card = own.model_copy(update={"members": ("tfidf", "again"), "rule": "weighted_average", "files": {}})
    write_ensemble(tmp_path / "both", card, WeightedAverage(WEIGHTS), {}, [text_folder, text_folder], pages={})
    parrot.transcript = Transcript("")
    found = recognise(load_bundle(tmp_path / "both"), recording())
    assert found.unsure
    assert list(found.members) == ["tfidf", "again"]
    assert sum(found.probabilities.values()) == pytest.approx(1)


def test_members_of_other_classes_are_refused(ensemble_folder, tmp_path):
    folder = Path(shutil.copytree(ensemble_folder, tmp_path / "other"))
    card = read_card(folder).model_copy(update={"classes": ("anger", "joy")})
    write_ensemble(
        tmp_path / "wrong",
        card,
        WeightedAverage(WEIGHTS),
        {},
        [folder / "members" / name for name in card.members],
        pages={},
    )
    with pytest.raises(BundleError, match=r"members/svm/bundle.json: classes \['anger', 'neutral', 'sadness'\]"):
        load_bundle(tmp_path / "wrong")


def test_what_is_of_one_model_names_the_members_of_an_ensemble_that_fit_and_no_other(ensemble_folder):
    bundle = load_bundle(ensemble_folder)
    with pytest.raises(BundleError, match=r"an ensemble, but an explanation is of one model. .*members/svm$"):
        single(bundle, wanted="an explanation", fits="svm".__eq__)
    with pytest.raises(BundleError, match=r"None of its members can have one \(svm, tfidf\): make a bundle"):
        single(bundle, wanted="an exported file", fits=is_exportable)


def test_features_that_two_members_read_are_computed_once(bundle_folder, tmp_path, monkeypatch):
    own = read_card(bundle_folder)
    card = own.model_copy(update={"members": ("svm", "again"), "rule": "average", "files": {}})
    write_ensemble(tmp_path / "twice", card, WeightedAverage(WEIGHTS), {}, [bundle_folder, bundle_folder], pages={})
    bundle, counted = load_bundle(tmp_path / "twice"), []
    features = type(bundle.members["svm"]).features
    monkeypatch.setattr(
        type(bundle.members["svm"]), "features", lambda self, signal: counted.append(1) or features(self, signal)
    )
    both = recognise_all(bundle, [recording(), recording("sadness")])
    assert len(counted) == 2
    np.testing.assert_allclose(both[0].members["svm"]["anger"], both[0].members["again"]["anger"])


def test_a_window_of_a_timeline_is_predicted_from_the_words_in_it(ensemble_folder, parrot):
    bundle = load_bundle(ensemble_folder)
    (words,) = recognise_words(bundle, [voice("anger")])
    windows = [(voice("anger"), words.transcript.between(*span)) for span in ((0.0, 0.3), (0.3, 0.6), (0.6, 0.9))]
    found = predict_windows(bundle, windows)
    assert [one.transcript.text for one in found] == ["stop it", "now", ""]
    assert [list(one.members) for one in found] == [["svm", "tfidf"], ["svm", "tfidf"], ["svm"]]


def test_the_rule_is_kept_as_plain_numbers(ensemble_folder):
    kept = json.loads((ensemble_folder / "rule.json").read_text(encoding="utf-8"))
    assert kept == {
        "fitted": {"weights": WEIGHTS.tolist()},
        "temperatures": [{"present": [True, False], "temperature": ALONE}],
    }
