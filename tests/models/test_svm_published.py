"""The published SVM: the same decisions as scikit-learn's parts put together by hand."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.feature_selection import f_classif
from sklearn.model_selection import GridSearchCV
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


def by_hand(train: Examples, test: Examples) -> tuple[np.ndarray, dict]:
    mean, std = train.features.mean(axis=0), train.features.std(axis=0)
    a, b = ((part.features - mean) / std for part in (train, test))
    keep = f_classif(a, train.emotions)[1] < 0.01
    pca = PCA(5).fit(a[:, keep])
    search = GridSearchCV(SVC(kernel="rbf"), {"C": [1, 3, 10], "gamma": [0.005, 0.01, 0.1]}, cv=3)
    search.fit(pca.transform(a[:, keep]), train.emotions)
    return search.predict(pca.transform(b[:, keep])), search.best_params_


def test_decisions_are_those_of_the_recipe():
    train, test = clouds(240, 0), clouds(200, 1)
    recogniser = PublishedSvmRecogniser(SETTINGS, classes=CLASSES, seed=0)
    chosen = recogniser.fit(train, None)
    posteriors = recogniser.posteriors(test.features)
    expected, parameters = by_hand(train, test)
    assert (chosen["C"], chosen["gamma"]) == (parameters["C"], parameters["gamma"])
    assert (np.array(CLASSES)[posteriors.argmax(axis=1)] == expected).mean() == 1
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)


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
