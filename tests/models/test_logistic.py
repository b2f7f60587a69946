"""Logistic regression, held against scikit-learn's own pipeline on the same data."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ser_tasks.models.logistic import LogisticRecogniser, fit_planes
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.svm import inner_folds
from ser_tasks.params import LogisticParams
from tests.models.test_svm import CLASSES, examples, with_few_angry

PARAMS = LogisticParams(c=(0.001, 0.01, 0.1), inner_folds=3)


def fitted(train: Examples, params: LogisticParams = PARAMS) -> tuple[LogisticRecogniser, dict[str, object]]:
    recogniser = LogisticRecogniser(params, classes=CLASSES, seed=0)
    return recogniser, dict(recogniser.fit(train, None))


def by_scikit_learn(c, features, truth):
    model = LogisticRegression(C=c, class_weight="balanced", max_iter=10_000, tol=1e-8)
    return make_pipeline(StandardScaler(), model).fit(features.astype(np.float64), truth)


@pytest.mark.parametrize("n", [30, 300])  # of 40 dimensions: fewer utterances, and more
@pytest.mark.parametrize("c", [0.001, 1.0])
def test_the_predictions_are_scikit_learns_whether_there_are_more_utterances_or_more_dimensions(n, c):
    train, test = examples(0, n=n, apart=1), examples(1, apart=1).features
    truth = np.searchsorted(CLASSES, train.emotions)
    (planes,) = fit_planes(train.features, truth, n_classes=3, c=[c])
    scores = np.exp(planes.scores(test))
    expected = by_scikit_learn(c, train.features, truth).predict_proba(test)
    np.testing.assert_allclose(scores / scores.sum(axis=1, keepdims=True), expected, atol=2e-3)


def test_planes_of_rising_c_do_not_depend_on_those_before():
    train = examples(0, apart=1)
    truth = np.searchsorted(CLASSES, train.emotions)
    together = fit_planes(train.features, truth, n_classes=3, c=[0.001, 0.01, 0.1])[-1]
    (alone,) = fit_planes(train.features, truth, n_classes=3, c=[0.1])
    np.testing.assert_allclose(together.coefficients, alone.coefficients, atol=2e-3)


def test_c_and_its_uar_are_those_of_speakers_set_aside():
    train = examples(0, apart=1, speaker_shift=1.0)
    truth = np.searchsorted(CLASSES, train.emotions)
    uars = []
    for c in PARAMS.c:
        predicted = np.empty_like(truth)
        for learnt, asked in inner_folds(truth, train.speakers, n_folds=3, seed=0):
            predicted[asked] = by_scikit_learn(c, train.features[learnt], truth[learnt]).predict(train.features[asked])
        uars.append(np.mean([np.mean(predicted[truth == one] == one) for one in range(3)]))
    chosen = fitted(train)[1]
    assert chosen["c"] == PARAMS.c[int(np.argmax(uars))]
    assert chosen["inner_uar"] == pytest.approx(max(uars), abs=0.006)  # of one utterance of each class


def test_a_class_counts_as_much_as_another_however_few_its_utterances():
    train, test = examples(0, apart=1.5), examples(1, apart=1.5)
    rare = (train.emotions != "anger") | (np.arange(180) % 15 == 0)
    recogniser, _ = fitted(train.part(np.flatnonzero(rare)))
    answers = np.array(CLASSES)[recogniser.posteriors(test.features).argmax(axis=1)]
    assert np.mean(answers[test.emotions == "anger"] == "anger") > 0.5


def test_a_class_that_the_training_part_lacks_has_a_column_and_is_never_predicted():
    train = examples(0, apart=1.5)
    recogniser, chosen = fitted(train.part(np.flatnonzero(train.emotions != "neutral")))
    posteriors = recogniser.posteriors(examples(1).features)
    assert posteriors.shape == (180, 3)
    assert posteriors[:, CLASSES.index("neutral")].max() < 1e-6
    assert 0.01 < chosen["temperature"] < 100


def test_a_class_of_one_speaker_alone_is_learned_although_some_inner_folds_lack_it():
    train, test = examples(0), examples(1)
    kept = (train.emotions != "anger") | (train.speakers == "s0")
    recogniser, chosen = fitted(train.part(np.flatnonzero(kept)))
    answers = np.array(CLASSES)[recogniser.posteriors(test.features).argmax(axis=1)]
    assert np.mean(answers == test.emotions) > 0.9
    assert 0.01 < chosen["temperature"] < 100


def test_a_dimension_that_is_constant_changes_nothing():
    train, test = examples(0, apart=1), examples(1, apart=1)

    def widened(features):
        return np.column_stack([features, np.full(len(features), 1e6, np.float32)]).astype(np.float32)

    more = Examples(widened(train.features), train.emotions, train.speakers)
    np.testing.assert_allclose(
        fitted(more)[0].posteriors(widened(test.features)), fitted(train)[0].posteriors(test.features), atol=1e-5
    )


def test_posteriors_are_calibrated_on_unseen_speakers():
    train, test = examples(0, apart=1, n=720), examples(1, apart=1, n=720)
    posteriors = fitted(train)[0].posteriors(test.features)
    right = np.array(CLASSES)[posteriors.argmax(axis=1)] == test.emotions
    assert posteriors.max(axis=1).mean() == pytest.approx(right.mean(), abs=0.05)


def test_c_is_searched_by_uar_not_by_accuracy():
    train = with_few_angry(0, apart=1.0, n=360)
    truth = np.searchsorted(CLASSES, train.emotions)
    chosen = fitted(train, LogisticParams(c=(0.01,), inner_folds=3))[1]
    predicted = np.empty_like(truth)
    for learnt, asked in inner_folds(truth, train.speakers, n_folds=3, seed=0):
        predicted[asked] = by_scikit_learn(0.01, train.features[learnt], truth[learnt]).predict(train.features[asked])
    assert chosen["inner_uar"] == pytest.approx(balanced_accuracy_score(truth, predicted), abs=0.01)
    assert abs(accuracy_score(truth, predicted) - balanced_accuracy_score(truth, predicted)) > 0.02
