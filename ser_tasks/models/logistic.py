"""Logistic regression on standardised features: the linear model that serves thousands of dimensions and utterances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.calibration import ABSENT, fit_temperature, posteriors

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.recogniser import Examples
    from ser_tasks.params import LogisticParams

Matrix = NDArray[np.float64]

AT_ONCE = 4096  # dimensions
STEPS = 1000  # of the solver, at most


@dataclass(frozen=True)
class Planes:
    """The fitted model: score = (features - mean) / scale @ coefficients + intercept.

    Attributes:
        mean, scale: of each dimension, shape (n_dims,); the scale of a constant is 1
        coefficients: shape (n_dims, n_classes), single precision: no prediction depends on more
        intercept: shape (n_classes,)
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    coefficients: NDArray[np.float32]
    intercept: NDArray[np.float32]

    def scores(self, features: NDArray[np.float32]) -> Matrix:
        """One for each class, (n_utterances, n_dims) -> (n_utterances, n_classes)."""
        standardised = (np.asarray(features, np.float32) - self.mean) / self.scale
        return np.asarray(standardised @ self.coefficients + self.intercept, np.float64)


class LogisticRecogniser:
    """One plane for each class, all at once (softmax), classes balanced, L2; C and the temperature by speaker inside.

    The penalty sees distances alone, so the fit is done where the training utterances span the space: as many
    dimensions as utterances, however many features there are, with the same results.

    Source: Hastie & Tibshirani (2004), doi:10.1093/biostatistics/kxh010, section 3, for the rotation
    """

    def __init__(self, params: LogisticParams, *, classes: Sequence[str], seed: int) -> None:
        self.params, self.classes, self.seed = params, tuple(classes), seed
        self.planes: Planes | None = None

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Choose C by UAR on speakers set aside, calibrate on their scores, refit on all of it.

        An official validation part is part of the training set, and so are augmented copies; a copy is never on the
        other side of an inner fold than its speaker.
        """
        from ser_tasks.evaluation.metrics import uar_of  # noqa: PLC0415  with pandas, and below with scikit-learn:
        from ser_tasks.models.svm import inner_folds  # noqa: PLC0415  prediction has no use for either

        train = (train if validation is None else train.and_also(validation)).with_copies()
        features, truth = np.asarray(train.features, np.float32), np.searchsorted(self.classes, train.emotions)
        costs = sorted(self.params.c)
        held_out = np.full((len(costs), len(truth), len(self.classes)), ABSENT)
        for learnt, asked in inner_folds(truth, train.speakers, n_folds=self.params.inner_folds, seed=self.seed):
            fitted = fit_planes(features[learnt], truth[learnt], n_classes=len(self.classes), c=costs)
            held_out[:, asked] = [planes.scores(features[asked]) for planes in fitted]
        answered = np.isfinite(held_out[0]).any(axis=1)  # all, but where an inner fold has one class to train on
        uars = [uar_of(truth[answered], scores[answered].argmax(axis=1)) for scores in held_out]
        best = int(np.argmax(uars))  # of equals the smallest C, which says least
        self.temperature = fit_temperature(held_out[best], truth)
        (self.planes,) = fit_planes(features, truth, n_classes=len(self.classes), c=[costs[best]])
        return {"c": costs[best], "inner_uar": round(uars[best], 4), "temperature": self.temperature}

    def posteriors(self, features: NDArray[np.float32]) -> Matrix:
        """Shape (n_utterances, n_classes)."""
        assert self.planes is not None
        return posteriors(self.planes.scores(features), self.temperature)


def fit_planes(
    features: NDArray[np.float32], truth: NDArray[np.intp], *, n_classes: int, c: Sequence[float]
) -> list[Planes]:
    """Planes for each C; a class that does not occur has the score ABSENT.

    Args:
        features: shape (n_utterances, n_dims)
        truth: number of the class of each
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    mean, scale = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    scale[scale <= np.finfo(np.float32).eps * np.abs(mean)] = 1  # a constant
    mean, scale = mean.astype(np.float32), scale.astype(np.float32)
    turned, back = _rotated((features - mean) / scale)
    model = LogisticRegression(class_weight="balanced", max_iter=STEPS, warm_start=True)
    found = []
    for value in c:
        model.set_params(C=value).fit(turned, truth)
        slopes, offsets = _one_row_each(model.coef_, model.intercept_)
        coefficients, intercept = np.zeros((features.shape[1], n_classes)), np.full(n_classes, ABSENT)
        coefficients[:, model.classes_], intercept[model.classes_] = back @ slopes.T, offsets
        found.append(Planes(mean, scale, coefficients.astype(np.float32), intercept.astype(np.float32)))
    return found


def _rotated(features: NDArray[np.float32]) -> tuple[Matrix, Matrix]:
    """Features in the space that they span, shape (n, min(n, n_dims)), and what turns planes of it back."""
    n, n_dims = features.shape
    if n_dims <= n:
        return features.astype(np.float64), np.eye(n_dims)
    products = np.sum([part @ part.T for part in _blocks(features)], axis=0)
    values, vectors = np.linalg.eigh(products)  # of n x n: far cheaper than a decomposition of all
    kept = values > values.max() * n_dims * np.finfo(np.float64).eps
    lengths = np.sqrt(values[kept])
    back = vectors[:, kept] / lengths
    return vectors[:, kept] * lengths, np.concatenate([part.T @ back for part in _blocks(features)])


def _blocks(features: NDArray[np.float32]) -> Iterator[Matrix]:
    """Some dimensions at a time, in double precision: all of them at once would be the largest array of the fit."""
    for first in range(0, features.shape[1], AT_ONCE):
        yield features[:, first : first + AT_ONCE].astype(np.float64)


def _one_row_each(coefficients: Matrix, intercept: Matrix) -> tuple[Matrix, Matrix]:
    """Of two classes scikit-learn keeps one plane: half of it for the one, and half against the other."""
    if len(coefficients) > 1:
        return coefficients, intercept
    return np.vstack([-coefficients, coefficients]) / 2, np.concatenate([-intercept, intercept]) / 2
