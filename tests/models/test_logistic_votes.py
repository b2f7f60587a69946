"""Logistic regression on distributions. Oracle: scikit-learn's, each utterance once for each class it has votes for."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ser_tasks.errors import UserError
from ser_tasks.models.logistic_votes import LogisticVotesRecogniser, fit_to_shares
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.svm import inner_folds
from ser_tasks.models.voted import Voted
from ser_tasks.params import LogisticParams
from tests.models.test_svm import CLASSES, examples
from tests.models.voted_examples import voted

PARAMS = LogisticParams(c=(0.001, 0.01, 0.1), inner_folds=3)


def votes_on(truth: np.ndarray, *, seed: int = 0, raters: int = 4) -> np.ndarray:
    """Shares of four votes, most of them for the label."""
    chances = 0.2 + 0.4 * np.eye(3)[truth]
    return np.random.default_rng(seed).multinomial(raters, chances) / raters


def with_votes(plain: Examples) -> Examples:
    """The examples with those of `votes_on`."""
    return voted(plain, votes_on(np.searchsorted(CLASSES, plain.emotions)))


def by_scikit_learn(c: float, features: np.ndarray, shares: np.ndarray):
    """Each utterance once for each class that has votes; the scale is that of the utterances."""
    scaler = StandardScaler().fit(features.astype(np.float64))
    row, one = np.nonzero(shares)
    model = LogisticRegression(C=c, max_iter=10_000, tol=1e-8)
    model.fit(scaler.transform(features.astype(np.float64))[row], one, sample_weight=shares[row, one])
    return make_pipeline(scaler, model)


def softmax(scores: np.ndarray) -> np.ndarray:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("n", [30, 300])  # of 40 dimensions: fewer utterances, and more
@pytest.mark.parametrize("c", [0.001, 1.0])
def test_the_posteriors_are_scikit_learns_on_weighed_classes(n, c):
    train, test = examples(0, n=n, apart=1), examples(1, apart=1).features
    shares = votes_on(np.searchsorted(CLASSES, train.emotions))
    (planes,) = fit_to_shares(train.features, shares, c=[c])
    expected = by_scikit_learn(c, train.features, shares).predict_proba(test)
    np.testing.assert_allclose(softmax(planes.scores(test)), expected, atol=2e-3)


def test_where_all_raters_agree_it_is_logistic_regression_on_labels():
    train, test = examples(0, apart=1), examples(1, apart=1).features
    truth = np.searchsorted(CLASSES, train.emotions)
    (planes,) = fit_to_shares(train.features, np.eye(3)[truth], c=[0.1])
    plain = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=10_000, tol=1e-8))
    expected = plain.fit(train.features.astype(np.float64), truth).predict_proba(test)
    np.testing.assert_allclose(softmax(planes.scores(test)), expected, atol=2e-3)


def test_planes_of_rising_c_do_not_depend_on_those_before():
    train = examples(0, apart=1)
    shares = votes_on(np.searchsorted(CLASSES, train.emotions))
    together = fit_to_shares(train.features, shares, c=[0.001, 0.01, 0.1])[-1]
    (alone,) = fit_to_shares(train.features, shares, c=[0.1])
    np.testing.assert_allclose(together.coefficients, alone.coefficients, atol=2e-3)


def test_c_is_that_of_least_cross_entropy_to_the_votes_on_speakers_set_aside():
    train = examples(0, apart=1, speaker_shift=1.0)
    truth = np.searchsorted(CLASSES, train.emotions)
    shares, losses = votes_on(truth), []
    for c in PARAMS.c:
        answers = np.empty_like(shares)
        for learnt, asked in inner_folds(truth, train.speakers, n_folds=3, seed=0):
            fitted = by_scikit_learn(c, train.features[learnt], shares[learnt])
            answers[asked] = fitted.predict_proba(train.features[asked])
        losses.append(-(shares * np.log(0.99 * answers + 0.01 / 3)).sum(axis=1).mean())
    chosen = LogisticVotesRecogniser(PARAMS, classes=CLASSES, seed=0).fit(with_votes(train), None)
    floor = -sum(share * np.log(share) for share in shares.ravel() if share) / len(shares)
    assert chosen["c"] == PARAMS.c[int(np.argmin(losses))]
    assert chosen["inner_kl"] == pytest.approx(min(losses) - floor, abs=2e-3)


def test_posteriors_are_the_distribution_of_the_votes_and_not_surer():
    """Where features say all: a label has 3 votes of 5 on average, however clearly it is perceived."""
    train, test = examples(0, apart=8, n=1800), examples(1, apart=8)
    recogniser = LogisticVotesRecogniser(LogisticParams(c=(0.1, 1), inner_folds=3), classes=CLASSES, seed=0)
    recogniser.fit(with_votes(train), None)
    posteriors = recogniser.posteriors(test.features)
    own = posteriors[np.arange(180), np.searchsorted(CLASSES, test.emotions)]
    assert own.mean() == pytest.approx(0.6, abs=0.03)


def test_votes_on_what_is_predicted_are_not_looked_at():
    train, test = with_votes(examples(0, apart=1)), examples(1, apart=1)
    recogniser = LogisticVotesRecogniser(PARAMS, classes=CLASSES, seed=0)
    recogniser.fit(train, None)
    plain = recogniser.posteriors(test.features)
    np.testing.assert_array_equal(recogniser.posteriors(with_votes(test).features), plain)
    hidden = tuple(Voted(row, None) for row in test.features)
    np.testing.assert_array_equal(recogniser.posteriors(hidden), plain)


def test_an_utterance_without_votes_has_its_label_for_target_and_is_counted():
    train = examples(0, apart=1)
    shares = votes_on(np.searchsorted(CLASSES, train.emotions))
    rows = list(voted(train, shares).features)
    rows[5] = Voted(rows[5].row, None)
    shares[5] = np.eye(3)[CLASSES.index(train.emotions[5])]
    found = LogisticVotesRecogniser(PARAMS, classes=CLASSES, seed=0)
    chosen = found.fit(Examples(tuple(rows), train.emotions, train.speakers), None)
    assert chosen["without_votes"] == 1
    (expected,) = fit_to_shares(train.features, shares, c=[chosen["c"]])
    np.testing.assert_allclose(found.planes.coefficients, expected.coefficients, atol=1e-6)


def test_copies_have_the_votes_of_their_originals_and_a_validation_part_is_trained_on():
    train, more = with_votes(examples(0, apart=1)), with_votes(examples(1, apart=1))
    copies = tuple(Voted(own.row + 1, own.shares) for own in train.features)
    with_copies = Examples(train.features, train.emotions, train.speakers, (copies,))
    found, apart = (LogisticVotesRecogniser(PARAMS, classes=CLASSES, seed=0) for _ in range(2))
    found.fit(with_copies, None)
    joined = Examples(copies, train.emotions, train.speakers)
    apart.fit(train, joined)
    np.testing.assert_allclose(found.planes.coefficients, apart.planes.coefficients, atol=1e-6)
    assert LogisticVotesRecogniser(PARAMS, classes=CLASSES, seed=0).fit(train, more)["without_votes"] == 0


def test_rows_without_any_vote_are_refused_with_what_to_do():
    with pytest.raises(UserError, match=r"trained on the votes of raters, and none were handed over.*ser evaluate"):
        LogisticVotesRecogniser(PARAMS, classes=CLASSES, seed=0).fit(examples(0), None)
