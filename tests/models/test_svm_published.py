"""The published SVM: the same decisions as scikit-learn's parts put together by hand."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.feature_selection import f_classif
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.svm import SVC

from ser_tasks.bundles.bundled import check_bundled
from ser_tasks.bundles.card import BundleError
from ser_tasks.errors import UserError
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.svm_published import PublishedSvmRecogniser
from ser_tasks.params import SvmPublishedParams

SETTINGS = SvmPublishedParams(anova_alpha=0.01, pca_components=5, c=(1, 3, 10), gamma=(0.005, 0.01, 0.1), inner_folds=3)
CLASSES = ("anger", "fear", "joy")


def clouds(n: int, seed: int) -> Examples:
    """Three clouds in 6 of 12 dimensions of unequal scale, one class in half of the rows."""
    rng = np.random.default_rng(seed)
    truth = np.where(np.arange(n) % 2, 0, rng.integers(0, 3, n))
    features = rng.normal(0, 1, (n, 12))
    features[:, :6] += 0.8 * np.eye(3)[truth][:, [0, 1, 2, 0, 1, 2]]
    features *= np.logspace(-2, 2, 12)
    return Examples(features.astype(np.float32), np.array(CLASSES)[truth], np.array([f"s{i % 5}" for i in range(n)]))


def projected(train: Examples, test: Examples) -> tuple[np.ndarray, np.ndarray]:
    mean, std = train.features.mean(axis=0), train.features.std(axis=0)
    a, b = ((part.features - mean) / std for part in (train, test))
    keep = f_classif(a, train.emotions)[1] < 0.01
    pca = PCA(5).fit(a[:, keep])
    return pca.transform(a[:, keep]), pca.transform(b[:, keep])


def by_hand(train: Examples, test: Examples) -> tuple[np.ndarray, dict]:
    a, b = projected(train, test)
    search = GridSearchCV(SVC(kernel="rbf"), {"C": [1, 3, 10], "gamma": [0.005, 0.01, 0.1]}, cv=3)
    search.fit(a, train.emotions)
    return search.predict(b), search.best_params_


def test_decisions_are_those_of_the_recipe():
    train, test = clouds(240, 0), clouds(200, 1)
    recogniser = PublishedSvmRecogniser(SETTINGS, classes=CLASSES, seed=0)
    chosen = recogniser.fit(train, None)
    posteriors = recogniser.posteriors(test.features)
    expected, parameters = by_hand(train, test)
    assert (chosen["C"], chosen["gamma"]) == (parameters["C"], parameters["gamma"])
    assert (np.array(CLASSES)[posteriors.argmax(axis=1)] == expected).mean() == 1
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)


def test_the_likeliest_class_is_the_decision_where_votes_are_tied_and_margins_point_to_another_class():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 240)
    features = np.eye(3)[truth] * 0.6 + rng.normal(0, 1, (240, 3))
    train = Examples(features.astype(np.float32), np.array(CLASSES)[truth], np.full(240, "s"))
    recogniser = PublishedSvmRecogniser(SETTINGS, classes=CLASSES, seed=0)
    recogniser.fit(train, None)
    others = rng.normal(0.2, 1, (2_000, 3)).astype(np.float32)
    decided, margins = recogniser.pipeline.predict(others), recogniser.pipeline.decision_function(others)
    assert (margins.argmax(axis=1) != decided).any(), "there are such votes here"
    np.testing.assert_array_equal(recogniser.posteriors(others).argmax(axis=1), decided)


def test_the_temperature_is_the_best_one_for_scores_of_utterances_that_were_held_out():
    train = clouds(240, 0)
    chosen = PublishedSvmRecogniser(SETTINGS, classes=CLASSES, seed=0).fit(train, None)
    svm, (a, _) = SVC(C=chosen["C"], gamma=chosen["gamma"]), projected(train, train)
    margins = cross_val_predict(svm, a, train.emotions, cv=3, method="decision_function")
    own = margins[np.arange(240), np.searchsorted(CLASSES, train.emotions)]

    def cross_entropy(temperature: float) -> float:
        return float((np.log(np.exp(margins / temperature).sum(axis=1)) - own / temperature).mean())

    here = chosen["temperature"]
    assert cross_entropy(here) < min(cross_entropy(0.98 * here), cross_entropy(1.02 * here))


def test_validation_speakers_and_augmented_copies_are_trained_on_too():
    train, validation, copy = clouds(120, 0), clouds(90, 1), clouds(120, 0).features + np.float32(0.01)
    together = train.and_also(validation)
    apart, whole = (PublishedSvmRecogniser(SETTINGS, classes=CLASSES, seed=0) for _ in range(2))
    assert apart.fit(train, validation) == whole.fit(together, None)
    copied = Examples(train.features, train.emotions, train.speakers, (copy,))
    behind = train.and_also(Examples(copy, train.emotions, train.speakers))
    assert apart.fit(copied, None) == whole.fit(behind, None)


def test_a_class_that_is_not_trained_on_has_a_column_of_zeros():
    train = clouds(120, 0)
    part = train.part(np.flatnonzero(train.emotions != "fear"))
    recogniser = PublishedSvmRecogniser(SETTINGS, classes=CLASSES, seed=0)
    recogniser.fit(part, None)
    posteriors = recogniser.posteriors(train.features)
    assert (posteriors[:, 1] == 0).all()
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)


def test_no_more_components_than_there_are_features_and_no_more_folds_than_utterances():
    many = SETTINGS.model_copy(update={"pca_components": 140})
    assert PublishedSvmRecogniser(many, classes=CLASSES, seed=0).fit(clouds(60, 0), None)["n_components"] <= 12
    with pytest.raises(UserError, match="most frequent class of the training part has 2 utterances"):
        PublishedSvmRecogniser(SETTINGS, classes=CLASSES, seed=0).fit(clouds(4, 0).part([0, 1, 3]), None)


def test_it_is_no_model_to_bundle():
    with pytest.raises(BundleError, match="svm is the same one repaired"):
        check_bundled("svm_published")
