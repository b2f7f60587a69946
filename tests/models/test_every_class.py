"""A class that one speaker alone has: whoever is left out, every model has a column for every class of the corpus."""

import warnings

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.scoring import FoldOutcome, Labels, evaluate_fold, prediction_table, score
from ser_tasks.evaluation.splits import Fold
from ser_tasks.features.audio_text import SpeechAndWords, joint
from ser_tasks.models import MODELS, ON_VOTES, TABLE
from ser_tasks.models.embedding_svm import embedding_svm
from ser_tasks.models.ensembles.rules import RULES
from ser_tasks.models.svm import inner_folds
from ser_tasks.models.training.validation import validation_speakers
from ser_tasks.models.voted import Voted
from ser_tasks.params import Params
from ser_tasks.params.project import ProjectParams
from ser_tasks.params.reading import read_params
from ser_tasks.text.transcripts import Turn

pytestmark = pytest.mark.network

CLASSES = ("anger", "joy", "neutral", "sadness", "surprise")
LONE = {"anger": "s0", "surprise": "s1"}  # the first and the last of the alphabet
WORDS = dict(zip(CLASSES, ("stop it", "well done", "at nine", "poor thing", "no way"), strict=True))
TRIED = {  # one of each kind of recogniser
    **{
        name: TABLE[name]
        for name in ("svm", "logistic", "logistic_large", "logistic_speeds", "mlp", "tfidf", "text_lstm")
    },
    **{name: TABLE[name] for name in ("logistic_votes", "mlp_votes", "tfidf_votes")},
    **{name: TABLE[name] for name in ("sentence_encoder_votes", "text_lstm_votes")},
    "blstm_attention_speeds": TABLE["blstm_attention_speeds"],
    "sentence_encoder": TABLE["sentence_encoder"],
    "svm_published": TABLE["svm_published"],
    "speech_text_fusion": TABLE["speech_text_fusion"],
    "mlp_svm": embedding_svm("mlp", "functionals"),
}
NETWORKS = (
    "mlp",
    "mlp_votes",
    "blstm_attention_speeds",
    "text_lstm",
    "text_lstm_votes",
    "speech_text_fusion",
)  # whose softmax gives nothing 0
TAKES = 4
ROWS = [
    (f"s{i}", emotion, take)
    for i in range(5)
    for emotion in CLASSES
    for take in range(TAKES)
    if LONE.get(emotion, f"s{i}") == f"s{i}"
]
LABELS = Labels(
    tuple(f"{speaker} {emotion} {take}" for speaker, emotion, take in ROWS),
    tuple(emotion for _, emotion, _ in ROWS),
    tuple(speaker for speaker, _, _ in ROWS),
)


def features(feature_set: str):
    """A row of sound in which the class lifts a dimension of its own, the words of the class, or both."""
    truth = np.searchsorted(CLASSES, LABELS.emotions)
    rows = np.random.default_rng(0).normal(size=(len(truth), 8)).astype(np.float32)
    rows[np.arange(len(truth)), truth] += 4
    if feature_set in ("functionals", "published_functionals"):
        return rows
    if feature_set == "functionals_speeds":
        return np.concatenate([rows] * 3, axis=1)
    if feature_set == "lld_speeds":
        return tuple(np.column_stack([np.repeat(row[None], 9, axis=0), np.repeat([1, 2, 3], 3)]) for row in rows)
    if feature_set == joint("functionals"):
        return tuple(SpeechAndWords(row[None], WORDS[name]) for row, name in zip(rows, LABELS.emotions, strict=True))
    return tuple((Turn(WORDS[name], who),) for name, who in zip(LABELS.emotions, LABELS.speakers, strict=True))


def without(*speakers: str) -> Fold:
    """The fold that tests these."""
    tested = np.isin(LABELS.speakers, speakers)
    ids = np.array(LABELS.utterance_ids)
    return Fold(f"speaker {' '.join(speakers)}", tuple(ids[~tested].tolist()), (), tuple(ids[tested].tolist()))


@pytest.fixture(scope="module")
def params() -> Params:
    """The project's own, one candidate for each parameter and one epoch for each network."""
    values = read_params().model_dump(mode="json")
    values["svm"] |= {"pca_variance": [0.95], "c": [10], "gamma": ["scale"], "anova_alpha": 0.9}
    values["embedding_svm"] |= {"pca_variance": [0.95], "c": [10], "gamma": ["scale"], "anova_alpha": 0.9}
    values["svm_published"] |= {"anova_alpha": 0.9}
    values["logistic"] |= {"c": [0.1]}
    for name in ("tfidf", "tfidf_context", "sentence_encoder"):
        values[name] |= {"c": [1.0, 10.0]}
    for network in values["networks"].values():
        network["training"] |= {"epochs": 1, "refit": False, "batch_size": 128}  # one step
    values["networks"]["mlp"] |= {"units": [8]}
    small = {"embedding": 4, "units": 3, "bidirectional": False, "pooling": "mean"}
    values["networks"]["text_lstm"] |= small
    values["networks"]["speech_text_fusion"]["text"] |= small
    return ProjectParams.model_validate(values)


def answers(name: str, fold: Fold, params: Params, monkeypatch) -> FoldOutcome:
    if name.startswith("sentence_encoder"):
        monkeypatch.setattr("ser_tasks.models.text.sentence_encoder.load_encoder", lambda _, **how: letters)
    if name == "sentence_encoder":
        section = params.sentence_encoder.model_copy(update={"classifier": "svm"})
        params = params.model_copy(update={"sentence_encoder": section})
    model = TRIED[name]
    read = features(model.feature_set)
    if name in ON_VOTES:  # all raters agree with the label
        read = tuple(
            Voted(row, tuple(np.eye(5)[CLASSES.index(own)])) for row, own in zip(read, LABELS.emotions, strict=True)
        )
    return evaluate_fold(fold, LABELS, read, model, params, seed=0)


def letters(texts: list[str]) -> np.ndarray:
    """A sentence encoder: how often each letter occurs."""
    return np.array([[text.count(chr(letter)) for letter in range(97, 123)] for text in texts], np.float32)


def test_every_kind_of_recogniser_of_the_table_is_tried(params):
    def kinds(models):
        return {type(one.build(one.section(params), classes=CLASSES, seed=0)) for one in models.values()}

    assert kinds(TRIED) == kinds(MODELS)


@pytest.mark.parametrize(
    ("name", "left_out"),
    [(name, who) for name in TRIED for who in ("s0", "s1") if name != "speech_text_fusion"]
    + [("speech_text_fusion", "s1")],
)
def test_every_model_has_a_column_for_every_class_whoever_is_left_out(name, left_out, params, monkeypatch):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        outcome = answers(name, without(left_out), params, monkeypatch)
    posteriors = np.array(outcome.posteriors)
    assert posteriors.shape == (len(outcome.utterance_ids), len(CLASSES))
    np.testing.assert_allclose(posteriors.sum(axis=1), 1, atol=1e-6)
    lacking = [CLASSES.index(emotion) for emotion, speaker in LONE.items() if speaker == left_out]
    assert (posteriors[:, lacking] == 0).all() or name in NETWORKS
    assert not [str(warning.message) for warning in said if "class" in str(warning.message)]


@pytest.fixture(scope="module")
def tables(params):
    """Predictions of two members for every speaker."""
    folds = [without(speaker) for speaker in ("s0", "s1", "s2", "s3", "s4")]
    runs = [(fold, 0) for fold in folds]
    with pytest.MonkeyPatch.context() as patch:
        return {
            name: prediction_table(runs, [answers(name, fold, params, patch) for fold in folds], LABELS)
            for name in ("logistic", "tfidf")
        }


@pytest.mark.parametrize("rule", RULES)
def test_every_ensemble_has_a_column_for_every_class_and_its_rows_sum_to_1(rule, params, tables):
    found = RULES[rule].evaluate({name: table.copy() for name, table in tables.items()}).predictions
    assert set(CLASSES) <= set(found.columns)
    np.testing.assert_allclose(found[list(CLASSES)].sum(axis=1), 1)
    figures, _ = score(found, LABELS, params.evaluation)
    assert {name for name, recall in figures["recall"].items() if recall == 0} == set(LONE)
    assert figures["uar"] == pytest.approx(3 / 5, abs=0.05)  # the three classes that can be learnt, well


def speakers_and_truth(*cells: str) -> tuple[np.ndarray, np.ndarray]:
    """ "a01": speaker a says classes 0 and 1, twice each."""
    pairs = [(cell[0], int(number)) for cell in cells for number in cell[1:] for _ in range(2)]
    return np.array([who for who, _ in pairs]), np.array([number for _, number in pairs])


def test_inner_folds_that_would_learn_from_one_class_alone_are_left_out():
    speakers, truth = speakers_and_truth("a0", "b01")
    ((learnt, asked),) = inner_folds(truth, speakers, n_folds=2, seed=0)
    assert (set(speakers[learnt]), set(speakers[asked])) == ({"b"}, {"a"})


@pytest.mark.parametrize("cells", [("a0", "b1"), ("a0", "b0")])
def test_where_every_class_is_the_voice_of_one_speaker_nothing_can_be_chosen_by_speaker(cells):
    speakers, truth = speakers_and_truth(*cells)
    with pytest.raises(UserError, match="Take more speakers of each class"):
        inner_folds(truth, speakers, n_folds=2, seed=0)


@pytest.mark.parametrize("seed", range(5))
def test_the_only_speaker_of_a_class_is_not_set_aside_for_validation_though_most_like_all_others(seed):
    speakers, truth = speakers_and_truth("a0123", "b0", "c2", "d3")
    drawn = validation_speakers(truth.astype(str), speakers, share=0.25, seed=seed)
    assert len(set(speakers[drawn])) == 1
    assert "a" not in speakers[drawn]
