"""Networks on words trained on the concordance correlation coefficient: on sentences whose words decide the ratings."""

from pathlib import Path

import numpy as np
import pytest

from ser_tasks.evaluation.dimensions.agreement import concordance
from ser_tasks.evaluation.tuning.spaces import SPACES
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.regressor import RatedExamples
from ser_tasks.models.dimensions.words_network_ccc import WordsNetworkRegressor
from ser_tasks.models.text.dialogue_blstm import DialogueBlstmParams
from ser_tasks.models.text.target_section import TextTargetSection
from ser_tasks.models.text.text_lstm import TextLstmParams
from ser_tasks.models.text.token_frames import token_frames
from ser_tasks.params.reading import read_params
from ser_tasks.text.transcripts import Turn
from tests.models.dimensions.test_tfidf_ridge import examples
from tests.models.text.test_text_networks import DIALOGUE, LSTM, TRAINING, WORDS

pytestmark = pytest.mark.network

PARAMS = read_params(Path(__file__).parents[3] / "params.yaml")
KINDS = {
    "text_lstm": (TextLstmParams, LSTM | {"pooling": "mean", "bidirectional": True}),
    "dialogue_blstm": (DialogueBlstmParams, DIALOGUE),
}


def regressor(name: str, **training: object) -> WordsNetworkRegressor:
    settings, sizes = KINDS[name]
    own = settings(training=TRAINING.model_copy(update=training), words=WORDS, **sizes)
    return WordsNetworkRegressor(name, TextTargetSection(own), seed=0)


def naming_their_speaker(train: RatedExamples) -> RatedExamples:
    """The same, each with a word that nobody else says, twice."""
    rows = np.empty(len(train.features), object)
    for place, (before, own) in enumerate(train.features):
        rows[place] = (before, Turn(f"only{own.speaker} {own.text} only{own.speaker}", own.speaker))
    return RatedExamples(rows, train.ratings, train.speakers)


@pytest.mark.parametrize("name", KINDS)
def test_ratings_that_words_decide_are_learned_for_each_dimension_and_on_other_speakers(name):
    both = examples(180, n_speakers=9)
    train, asked = (both.part(np.flatnonzero(np.isin(both.speakers, [*own]))) for own in ("012345", "678"))
    network = regressor(name, epochs=20, patience=20)
    found = network.fit(train)
    predicted = network.predict(asked.features)
    assert min(concordance(t, p) for t, p in zip(asked.ratings.T, predicted.T, strict=True)) > 0.9
    assert found["validation_speakers"] == 6
    assert (np.abs(predicted - asked.ratings) <= network.half_widths()).mean() == pytest.approx(0.9, abs=0.1)


def test_each_network_of_the_mean_numbers_the_words_of_those_that_it_was_trained_on():
    train = naming_their_speaker(examples())
    network = regressor("text_lstm", epochs=1)
    network.fit(train)
    named = [{word for word in own.vocabulary.words if word.startswith("only")} for own in network.frontends]
    assert [len(own) for own in named] == [4, 4, 4], "a third of six speakers is set aside at a time"
    assert set.intersection(*named) == set()
    outputs = []
    for model, own in zip(network.models, network.frontends, strict=True):
        frames = [token_frames(item, own.vocabulary, previous_turns=0) for item in train.features]
        given = [{"frames": row[None], "mask": np.ones((1, len(row)), np.float32)} for row in frames]
        outputs.append(np.concatenate([model.predict_on_batch(one) for one in given]))
    mean = np.mean(outputs, axis=0)
    expected = network.chosen.matched((mean - mean.mean(axis=0)) / mean.std(axis=0))
    np.testing.assert_allclose(network.predict(train.features), expected, atol=1e-4)


def test_with_refit_one_network_numbers_the_words_of_all_speakers(tmp_path):
    network = regressor("text_lstm", epochs=1, refit=True)
    network.fit(naming_their_speaker(examples()), folder=tmp_path)
    (own,) = network.frontends
    assert {f"only{speaker}" for speaker in range(6)} <= set(own.vocabulary.words)


def test_what_classes_alone_read_of_its_section_trains_nothing_again():
    lines = {name: own for name, own in DIMENSION_MODELS.items() if own.kind == "words_network_ccc"}
    assert set(lines) == {f"{name}_ccc{words}" for name in KINDS for words in ("", "_heard")}
    assert {own.feature_set for own in lines.values()} == {"transcripts", "heard_transcripts"}
    for name, own in lines.items():
        section = own.section(PARAMS).model_dump(mode="json")
        assert "balance" not in section["words"]
        assert "min_count" in section["words"]
        assert not {"balance", "label_smoothing"} & set(section["training"])
        assert "words.min_count" in SPACES[name].distributions
        assert "words.balance" not in SPACES[name].distributions
