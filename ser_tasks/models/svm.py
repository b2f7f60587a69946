"""Fabien's SVM with inner folds by speaker: scaler, ANOVA selection, PCA and RBF kernel in one pipeline."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectFpr, VarianceThreshold, f_classif
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from ser_tasks.errors import UserError
from ser_tasks.evaluation.metrics import uar_of
from ser_tasks.models.calibration import ABSENT, fit_temperature, for_every_class, posteriors
from ser_tasks.models.recogniser import Examples

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import SvmParams


class Anova(SelectFpr):  # type: ignore[misc]  # scikit-learn has no types
    """Dimensions whose class means differ (F test, p < alpha); the one that differs most where none does."""

    def _get_support_mask(self) -> NDArray[np.bool_]:
        chosen: NDArray[np.bool_] = self.pvalues_ < self.alpha
        return chosen if chosen.any() else np.arange(len(chosen)) == np.nanargmin(self.pvalues_)


class SoftVoteSvc(SVC):  # type: ignore[misc]  # scikit-learn has no types
    """One machine for each pair of classes; the class with most votes wins, and how clear the votes were is its score.

    scikit-learn's own scores for each class count whole votes: the winner has nearly always all of its votes, however
    narrowly, and the score says next to nothing of how sure the answer is. Here a narrow vote counts in part.
    """

    def decision_function(self, X: NDArray[np.floating]) -> NDArray[np.float64]:
        """Sums of the pairwise decision values, each clipped to [-1, 1], shape (n, n_classes); of two classes (n,).

        Where the class with most votes does not have the largest sum, the two change places.
        """
        pairwise = np.asarray(super().decision_function(X))
        if pairwise.ndim == 1:
            return pairwise
        first, second = np.triu_indices(len(self.classes_), 1)  # the order of its columns
        sides = np.eye(len(self.classes_))[first] - np.eye(len(self.classes_))[second]
        soft: NDArray[np.float64] = np.clip(pairwise, -1, 1) @ sides
        values = pairwise @ sides
        votes = np.sign(pairwise) @ sides + values / (1 + np.abs(values))  # less than a vote: it decides among equals
        rows, winner, largest = np.arange(len(soft)), votes.argmax(axis=1), soft.argmax(axis=1)
        soft[rows, winner], soft[rows, largest] = soft[rows, largest], soft[rows, winner]
        return soft

    def predict(self, X: NDArray[np.floating]) -> NDArray[np.generic]:
        """The class with most votes, shape (n,)."""
        scores = self.decision_function(X)
        chosen = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        answers: NDArray[np.generic] = self.classes_[chosen]
        return answers


def svm_pipeline(*, anova_alpha: float, seed: int) -> Pipeline:
    """Unfitted: (n_utterances, n_dims) -> one decision value per class."""
    return Pipeline(
        [
            ("varying", VarianceThreshold()),  # a constant has neither scale nor F
            ("scaler", StandardScaler()),
            ("anova", Anova(f_classif, alpha=anova_alpha)),
            ("pca", PCA(svd_solver="full", random_state=seed)),
            ("svm", SoftVoteSvc(class_weight="balanced", decision_function_shape="ovo", random_state=seed)),
        ]
    )


class SvmRecogniser:
    """Hyper-parameters and the temperature come from inner folds over the training speakers.

    Source: maelfabien/Multimodal-Emotion-Recognition; Varma & Simon (2006), doi:10.1186/1471-2105-7-91 for the
    nesting
    """

    def __init__(self, params: SvmParams, *, classes: Sequence[str], seed: int) -> None:
        self.params, self.classes, self.seed = params, tuple(classes), seed
        self.pipeline = svm_pipeline(anova_alpha=params.anova_alpha, seed=seed)

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Search C, gamma and the PCA's share of variance by UAR, refit on all of it, calibrate.

        The training set includes an official validation part: the search draws its own folds from all there is. So are
        augmented copies; a copy is never on the other side of an inner fold than its speaker.
        """
        train = (train if validation is None else train.and_also(validation)).with_copies()
        truth = np.searchsorted(self.classes, train.emotions)
        inner = inner_folds(truth, train.speakers, n_folds=self.params.inner_folds, seed=self.seed)
        with tempfile.TemporaryDirectory(prefix="svm-search-") as memory:
            search = GridSearchCV(clone(self.pipeline).set_params(memory=memory), self._grid(), scoring=_uar, cv=inner)
            search.fit(train.features, truth)
        chosen = search.best_params_
        self.pipeline.set_params(**chosen)
        held_out = np.full((len(truth), len(self.classes)), ABSENT)
        for learnt, asked in inner:
            fitted = clone(self.pipeline).fit(train.features[learnt], truth[learnt])
            held_out[asked] = self._scores(fitted, train.features[asked])
        self.temperature = fit_temperature(held_out, truth)
        self.pipeline.fit(train.features, truth)
        return {**chosen, "inner_uar": round(float(search.best_score_), 4), "temperature": self.temperature}

    def posteriors(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes); the likeliest class is the SVM's own decision."""
        return posteriors(self._scores(self.pipeline, features), self.temperature)

    def _scores(self, fitted: Pipeline, features: NDArray[np.float32]) -> NDArray[np.float64]:
        return for_every_class(fitted.decision_function(features), fitted.classes_, n_classes=len(self.classes))

    def _grid(self) -> dict[str, tuple[float | str, ...]]:
        return {
            "pca__n_components": self.params.pca_variance,
            "svm__C": self.params.c,
            "svm__gamma": self.params.gamma,
        }


def inner_folds(
    truth: NDArray[np.integer], speakers: NDArray[np.str_], *, n_folds: int, seed: int
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Folds of the training part with no speaker on both sides; fewer where there are fewer speakers or utterances.

    Those with one class in the training set are left out, because a single speaker has the others.
    """
    names = np.unique(speakers)
    if len(names) < 2:
        raise UserError(
            f"the training part has one speaker ({names[0]}), but hyper-parameters are chosen on speakers not learnt "
            "from. Take more speakers, or folds with more of them on the training side."
        )
    n_folds = min(n_folds, len(names), np.bincount(truth).max())
    dealer = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class in y")  # what of it: the result says so
        folds = list(dealer.split(np.zeros(len(truth)), truth, groups=speakers))
    usable = [(learnt, asked) for learnt, asked in folds if len(asked) and len(np.unique(truth[learnt])) > 1]
    if not usable:
        raise UserError(
            "no division of the training part by speaker leaves two classes to learn from: who speaks says what class "
            "it is. Take more speakers of each class."
        )
    return usable


def _uar(fitted: Pipeline, features: NDArray[np.float32], truth: NDArray[np.integer]) -> float:
    """A scorer: scikit-learn's own balanced_accuracy warns of a class that is predicted, but does not occur."""
    return uar_of(truth, fitted.predict(features))
