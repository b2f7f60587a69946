"""A classifier on sentence vectors, with an encoder made by hand in place of a trained one."""

import numpy as np
import pytest

from ser_tasks.models.text.sentence_encoder import SentenceEncoderRecogniser, StandardisedTurns
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
        weights=None,
        layers=(),
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


def test_turns_are_read_latest_first_and_those_that_were_not_there_are_nan():
    dialogues = ((Turn("stop", "A"), Turn("great", "B")), (Turn("that", "A"),))
    rows = recogniser(turns=1).represent(dialogues)
    np.testing.assert_array_equal(rows, [[[0, 3, 0, 4], [3, 0, 0, 4]], [[0, 0, 0, 4], [np.nan] * 4]])


def test_dimensions_are_standardised_over_the_turns_to_be_recognised_and_earlier_ones_weighted():
    gone = [np.nan, np.nan]
    vectors = np.array([[[1, 7], [3, 7]], [[3, 7], gone], [[5, 7], [5, 9]]], np.float32)  # mean 3, variance 8 / 3
    found = StandardisedTurns(0.5).fit_transform(vectors)
    one = 2 / np.sqrt(8 / 3) / np.sqrt(2)  # two dimensions share the mean square of 1
    np.testing.assert_allclose(
        found, [[-one, 0, 0, 0], [0, 0, 0, 0], [one, 0, 0.5 * one, 0.5 * 2 / np.sqrt(2)]], atol=1e-6
    )
