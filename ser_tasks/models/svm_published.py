"""Fabien's SVM as published: beside `svm`, which is what this project makes of it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.feature_selection import f_classif
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from ser_tasks.errors import UserError
from ser_tasks.models.calibration import ABSENT, fit_temperature, for_every_class, posteriors
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.svm import Anova

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import SvmPublishedParams


class PublishedSvmRecogniser:
    """Standardised, features kept by ANOVA, PCA, and an RBF kernel without class weights.

    C and gamma by accuracy in a grid on three folds of utterances, whose speakers are on both sides: as published. Only
    the confidence is added here: one temperature, fitted on the same folds, which leaves every decision as it is.

    Source: maelfabien/Multimodal-Emotion-Recognition at dde3cc4 (C 3, gamma 0.005 of this grid)
    """

    def __init__(self, params: SvmPublishedParams, *, classes: Sequence[str], seed: int) -> None:
        self.params, self.classes, self.seed = params, tuple(classes), seed
        self.pipeline = Pipeline([("scaler", StandardScaler()), ("anova", Anova(f_classif, alpha=params.anova_alpha))])

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Scale, select and project on all of the training set, search C and gamma, refit.

        Raises:
            UserError: fewer utterances of every class than inner folds
        """
        train = (train if validation is None else train.and_also(validation)).with_copies()
        truth = np.searchsorted(self.classes, train.emotions)
        if np.bincount(truth).max() < self.params.inner_folds:
            raise UserError(
                f"svm_published.inner_folds is {self.params.inner_folds}, but the most frequent class of the training "
                f"part has {np.bincount(truth).max()} utterances. Lower it in params.yaml."
            )
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Features .* are constant|invalid value encountered in divide")
            selected = self.pipeline[:2].fit_transform(train.features, truth)
        n_components = min(self.params.pca_components, *selected.shape)
        pca = PCA(n_components, random_state=self.seed)
        projected = pca.fit_transform(selected)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The least populated class in y")
            search = self._search(projected, truth)
        self.pipeline = Pipeline([*self.pipeline.steps[:2], ("pca", pca), ("svm", search.best_estimator_)])
        return {**search.best_params_, "inner_accuracy": round(float(search.best_score_), 4)} | {
            "n_features": selected.shape[1],
            "n_components": n_components,
            "temperature": self.temperature,
        }

    def _search(self, projected: NDArray[np.floating], truth: NDArray[np.integer]) -> GridSearchCV:
        """C and gamma of the best accuracy, and the temperature."""
        folds = StratifiedKFold(self.params.inner_folds)  # in the order of the utterances, as scikit-learn's cv=3
        search = GridSearchCV(SVC(), {"C": self.params.c, "gamma": self.params.gamma}, cv=folds)
        search.fit(projected, truth)
        self.temperature = self._calibrated(SVC(**search.best_params_), projected, truth, folds)
        return search

    def _calibrated(
        self, svm: SVC, projected: NDArray[np.floating], truth: NDArray[np.integer], folds: StratifiedKFold
    ) -> float:
        held_out = np.full((len(truth), len(self.classes)), ABSENT)
        for train, test in folds.split(projected, truth):
            held_out[test] = self._scores(svm.fit(projected[train], truth[train]), projected[test])
        return fit_temperature(held_out, truth)

    def posteriors(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes); the likeliest class is the SVM's own decision."""
        return posteriors(self._scores(self.pipeline[-1], self.pipeline[:-1].transform(features)), self.temperature)

    def _scores(self, svm: SVC, projected: NDArray[np.floating]) -> NDArray[np.float64]:
        """Votes with their margins; where those are largest for another class than the decision, the two change."""
        scores = for_every_class(svm.decision_function(projected), svm.classes_, n_classes=len(self.classes))
        rows, decided, largest = np.arange(len(scores)), svm.predict(projected), scores.argmax(axis=1)
        scores[rows, decided], scores[rows, largest] = scores[rows, largest], scores[rows, decided]
        return scores
