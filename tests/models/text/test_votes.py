"""Classifiers of text on the votes of raters: at the optimum of their loss, and on words that divide the raters."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from ser_tasks.errors import UserError
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.text.dialogue_tfidf import DialogueTfidf
from ser_tasks.models.text.tfidf import TfidfRecogniser
from ser_tasks.models.text.votes import SentencesVotes, TfidfVotes, fit_to_votes
from ser_tasks.models.voted import Voted
from ser_tasks.text.transcripts import Turn
from tests.models.text.dialogues import CLASSES, recall, spoken
from tests.models.text.test_sentence_encoder import encode, recogniser
from tests.models.text.test_tfidf import params
from tests.models.voted_examples import voted

DIVIDED = np.array([[0.6, 0.4, 0.0], [0.0, 0.8, 0.2], [0.3, 0.1, 0.6]])  # what raters make of the words of each class


def divided(plain: Examples) -> Examples:
    """The examples with the votes of DIVIDED."""
    return voted(plain, DIVIDED[np.searchsorted(CLASSES, plain.emotions)])


def tfidf(**settings) -> TfidfVotes:
    return TfidfVotes(params(**settings), classes=CLASSES, seed=0)


def test_the_fit_is_where_the_penalised_cross_entropy_to_the_votes_has_no_slope():
    train, c = spoken(0).features, 0.7
    shares = np.random.default_rng(0).dirichlet((1, 1, 1), len(train))
    classifier = LogisticRegression(C=c, tol=1e-10, max_iter=10_000)
    pipeline = fit_to_votes(Pipeline([("tfidf", DialogueTfidf(params())), ("classifier", classifier)]), train, shares)
    rows, planes = pipeline[0].transform(train).toarray(), pipeline[-1].coef_
    error = softmax(rows @ planes.T + pipeline[-1].intercept_, axis=1) - shares
    np.testing.assert_allclose(c * error.T @ rows + planes, 0, atol=1e-5)
    np.testing.assert_allclose(error.sum(axis=0), 0, atol=1e-5)


def test_vocabulary_and_idf_count_an_utterance_once_however_many_classes_its_raters_name():
    train = spoken(0).features
    pipeline = Pipeline([("tfidf", DialogueTfidf(params())), ("classifier", LogisticRegression())])
    fit_to_votes(pipeline, train, np.full((len(train), 3), 1 / 3))
    alone = DialogueTfidf(params()).fit(train)
    assert pipeline[0].words_.vocabulary_ == alone.words_.vocabulary_
    np.testing.assert_array_equal(pipeline[0].words_.idf_, alone.words_.idf_)


def test_where_all_raters_agree_it_is_the_classifier_of_labels_before_its_temperature():
    train, test = spoken(0), spoken(1)
    on_labels, on_votes = TfidfRecogniser(params(c=(1.0,)), classes=CLASSES, seed=0), tfidf(c=(1.0,))
    on_labels.fit(train, None)
    on_votes.fit(voted(train, np.eye(3)[np.searchsorted(CLASSES, train.emotions)]), None)
    on_labels.temperature = 1.0
    np.testing.assert_allclose(on_votes.posteriors(test.features), on_labels.posteriors(test.features), atol=1e-3)


@pytest.mark.parametrize("model", ["tfidf", "sentences"])
def test_posteriors_are_the_shares_of_the_votes_and_not_surer(model):
    train, test = spoken(0, n=360), spoken(1)
    own = (
        tfidf(c=(0.1, 10.0))
        if model == "tfidf"
        else SentencesVotes(recogniser().params, classes=CLASSES, seed=0, encode=encode)
    )
    chosen = own.fit(divided(train), None)
    found, truth = own.posteriors(test.features), np.searchsorted(CLASSES, test.emotions)
    np.testing.assert_allclose([found[truth == place].mean(axis=0) for place in range(3)], DIVIDED, atol=0.05)
    assert chosen["without_votes"] == 0
    assert 0 <= chosen["inner_kl"] < 0.05


def test_c_is_that_of_least_cross_entropy_to_the_votes_of_the_official_validation_part_which_is_not_trained_on():
    train, check = divided(spoken(0)), voted(spoken(1), np.tile([1 / 3] * 3, (120, 1)))
    found = tfidf(c=(0.001, 10.0))
    assert found.fit(train, check)["c"] == 0.001, "those raters say nothing, so the weakest planes are nearest"
    alone = tfidf(c=(0.001,))
    alone.fit(train, None)
    np.testing.assert_allclose(found.posteriors(check.features), alone.posteriors(check.features), atol=1e-9)


def test_a_class_that_no_rater_names_has_no_posterior():
    train = spoken(0)
    shares = np.where(np.searchsorted(CLASSES, train.emotions)[:, None] == 0, [1.0, 0, 0], [0, 1.0, 0])
    own = tfidf()
    own.fit(voted(train, shares), None)
    assert not own.posteriors(train.features)[:, 2].any()
    assert recall(own, train.part(np.flatnonzero(train.emotions != "neutral").tolist())) == 1


def test_votes_on_what_is_predicted_are_not_looked_at_and_an_utterance_without_is_its_label():
    train, test = spoken(0), spoken(1)
    rows = [Voted(own.row, None) if place < 3 else own for place, own in enumerate(divided(train).features)]
    found = tfidf()
    assert found.fit(Examples(tuple(rows), train.emotions, train.speakers), None)["without_votes"] == 3
    shares = DIVIDED[np.searchsorted(CLASSES, train.emotions)]
    shares[:3] = np.eye(3)[np.searchsorted(CLASSES, train.emotions[:3])]
    same = tfidf()
    same.fit(voted(train, shares), None)
    np.testing.assert_array_equal(found.posteriors(divided(test).features), same.posteriors(test.features))


def test_dialogues_without_any_vote_are_refused_with_what_to_do():
    with pytest.raises(UserError, match=r"trained on the votes of raters, and none were handed over.*ser evaluate"):
        tfidf().fit(spoken(0), None)


def test_an_svm_on_sentences_is_refused_with_what_to_do():
    own = SentencesVotes(recogniser(classifier="svm").params, classes=CLASSES, seed=0, encode=encode)
    with pytest.raises(UserError, match=r"sentence_encoder\.classifier is svm.*Set it to logistic_regression"):
        own.fit(divided(spoken(0)), None)


def test_each_reads_its_words_given_or_recognised_and_is_listed_among_the_models_on_votes():
    names = {f"{name}_votes{heard}" for name in ("tfidf", "sentence_encoder") for heard in ("", "_heard")}
    assert names <= ON_VOTES
    assert {MODELS[name].feature_set for name in names} == {"transcripts", MODELS["tfidf_heard"].feature_set}


def test_a_turn_whose_words_no_training_utterance_has_gets_the_shares_of_the_whole_training_set():
    own = tfidf(c=(0.0001,))
    own.fit(divided(spoken(0)), None)
    (answer,) = own.posteriors(((Turn("xylophone", "s0"),),))
    np.testing.assert_allclose(answer, DIVIDED.mean(axis=0), atol=0.02)
