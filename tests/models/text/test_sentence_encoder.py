"""A classifier on sentence vectors, with an encoder made by hand in place of a trained one."""

import sys
import types

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.models.text.sentence_encoder import SentenceEncoderRecogniser, load_encoder
from ser_tasks.params import ContextParams, SentenceEncoderParams
from ser_tasks.text.transcripts import Turn
from tests.models.text.dialogues import CLASSES, recall, spoken

KEYS = ("stop", "great", "nine")


def encode(texts: list[str]) -> np.ndarray:
    """Which telling words are there; never all 0."""
    return np.array([[3.0 * (key in text) for key in KEYS] + [4.0] for text in texts], np.float32)


def recogniser(*, turns: int = 0, classifier: str = "logistic_regression") -> SentenceEncoderRecogniser:
    params = SentenceEncoderParams(
        model="by hand",
        context=ContextParams(turns=turns, weight=0.5),
        classifier=classifier,
        c=(1.0, 100.0),
        balance=0.5,
        inner_folds=3,
    )
    return SentenceEncoderRecogniser(params, classes=CLASSES, seed=0, encode=encode)


@pytest.mark.parametrize("classifier", ["logistic_regression", "svm"])
def test_what_the_encoder_distinguishes_is_learned(classifier):
    model = recogniser(classifier=classifier)
    model.fit(spoken(0), None)
    assert recall(model, spoken(1)) == 1


def test_earlier_turns_help_only_where_they_are_read():
    train, test = spoken(0, in_context=True), spoken(1, in_context=True)
    found = {}
    for turns in (0, 1):
        model = recogniser(turns=turns)
        model.fit(train, None)
        found[turns] = recall(model, test)
    assert found[1] == 1
    assert found[0] < 0.6


def test_vectors_have_length_1_and_those_of_earlier_turns_the_weight_of_the_context():
    dialogues = ((Turn("stop", "A"), Turn("great", "B")), (Turn("that", "A"),))
    rows = recogniser(turns=1).represent(dialogues)
    np.testing.assert_allclose(rows, [[0, 0.6, 0, 0.8, 0.3, 0, 0, 0.4], [0, 0, 0, 1, 0, 0, 0, 0]], atol=1e-6)


def test_a_missing_library_is_reported_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(UserError, match=r"needs the library sentence-transformers.*pip install"):
        load_encoder("any")


def test_a_model_that_cannot_be_loaded_is_named(monkeypatch):
    def refuse(name):
        raise OSError("no such repository")

    monkeypatch.setitem(sys.modules, "sentence_transformers", types.SimpleNamespace(SentenceTransformer=refuse))
    with pytest.raises(UserError, match=r"model is 'nowhere'.*no such repository.*There is no folder of that name"):
        load_encoder("nowhere")


def test_a_model_that_loads_encodes(monkeypatch):
    class Fake:
        def __init__(self, name):
            self.name = name

        def encode(self, texts, *, show_progress_bar):
            return [[len(text), len(self.name)] for text in texts]

    monkeypatch.setitem(sys.modules, "sentence_transformers", types.SimpleNamespace(SentenceTransformer=Fake))
    np.testing.assert_array_equal(load_encoder("mini")(["a", "abc"]), [[1, 4], [3, 4]])
