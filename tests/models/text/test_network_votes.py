"""Networks on words trained on votes: posteriors approach what raters make of the words, with the words of training."""

import json
from pathlib import Path

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.models.text.dialogue_blstm import DialogueBlstmParams, build_dialogue_blstm
from ser_tasks.models.text.network import TextNetworkRecogniser
from ser_tasks.models.text.network_votes import TextNetworkVotesRecogniser
from ser_tasks.models.text.target_section import TextTargetSection
from ser_tasks.models.text.text_lstm import TextLstmParams, build_text_lstm
from ser_tasks.models.training.checkpoint import FILE
from ser_tasks.models.voted import without_votes
from ser_tasks.text.transcripts import Turn
from tests.models.text.dialogues import CLASSES, spoken
from tests.models.text.test_text_networks import DIALOGUE, LSTM, TRAINING, WORDS
from tests.models.text.test_votes import DIVIDED, divided
from tests.models.voted_examples import voted

pytestmark = pytest.mark.network

KINDS = {
    "text_lstm": (build_text_lstm, TextLstmParams, LSTM | {"pooling": "mean", "bidirectional": True}),
    "dialogue_blstm": (build_dialogue_blstm, DialogueBlstmParams, DIALOGUE),
}


def section(name: str, *, words: object = WORDS, **training: object) -> TextTargetSection:
    _, settings, sizes = KINDS[name]
    return TextTargetSection(settings(training=TRAINING.model_copy(update=training), words=words, **sizes))


def recogniser(name: str, **training: object) -> TextNetworkVotesRecogniser:
    own = section(name, **{"epochs": 20, "patience": 20} | training)
    return TextNetworkVotesRecogniser(KINDS[name][0], own, classes=CLASSES, seed=0)


@pytest.mark.parametrize("name", KINDS)
def test_posteriors_are_the_shares_of_the_votes_and_not_surer(name):
    train, test = divided(spoken(0)), spoken(1)
    network = recogniser(name)
    found = network.fit(train, None)
    posteriors, truth = network.posteriors(test.features), np.searchsorted(CLASSES, test.emotions)
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)
    np.testing.assert_allclose([posteriors[truth == place].mean(axis=0) for place in range(3)], DIVIDED, atol=0.08)
    assert (found["without_votes"], found["words"]) == (0, len(network.vocabulary.words))
    assert 0 <= found["val_kl"] < 0.1
    voted_too = network.posteriors(divided(test).features)
    np.testing.assert_array_equal(voted_too, posteriors)


def test_where_all_raters_agree_it_learns_as_the_network_on_labels_does(tmp_path):
    """Weights of words for all classes alike aside, which votes have none of: the loss of each epoch is the same."""
    train, own = spoken(0), section("text_lstm", epochs=3, words=WORDS.model_copy(update={"balance": 0.0}))
    on_labels = TextNetworkRecogniser(build_text_lstm, own, classes=CLASSES, seed=0)
    on_labels.fit(train, None, folder=tmp_path / "labels")
    on_votes = TextNetworkVotesRecogniser(build_text_lstm, own, classes=CLASSES, seed=0)
    on_votes.fit(voted(train, np.eye(3)[np.searchsorted(CLASSES, train.emotions)]), None, folder=tmp_path / "votes")
    losses = [
        [(epoch["loss"], epoch["val_loss"]) for epoch in read_epochs(tmp_path / name)] for name in ("labels", "votes")
    ]
    assert len(losses[0]) == 3
    np.testing.assert_allclose(losses[1], losses[0], atol=1e-4)


def read_epochs(folder: Path) -> list[dict[str, float]]:
    with np.load(folder / FILE) as kept:
        return json.loads(str(kept["about"]))["epochs"]


def test_words_are_those_of_the_part_that_weights_are_learned_from():
    train = spoken(0)
    spoken_by = [(Turn(f"only{turn[-1].speaker} {turn[-1].text}", turn[-1].speaker),) for turn in train.features]
    network = recogniser("text_lstm", epochs=1)
    network.fit(divided(type(train)(tuple(spoken_by), train.emotions, train.speakers)), None)
    named = {word for word in network.vocabulary.words if word.startswith("only")}
    assert 0 < len(named) < len({*train.speakers}), "not of the speakers who were set aside"


def test_without_any_vote_it_is_refused():
    with pytest.raises(UserError, match="trained on the votes of raters, and none were handed over"):
        recogniser("text_lstm").fit(spoken(0), None)


def test_settings_of_classes_alone_do_not_train_it_again():
    one = section("text_lstm").model_dump()
    other = section("text_lstm", words=WORDS.model_copy(update={"balance": 1.0}), label_smoothing=0.1).model_dump()
    assert one == other
    assert one != section("text_lstm", epochs=3).model_dump()


def test_both_networks_are_in_the_table_on_transcripts_and_on_recognised_ones():
    names = {f"{name}_votes{words}" for name in KINDS for words in ("", "_heard")}
    assert names <= ON_VOTES
    assert {MODELS[name].feature_set for name in names} == {"transcripts", "heard_transcripts"}
    assert without_votes(divided(spoken(0)).features) == spoken(0).features
