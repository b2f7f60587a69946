"""Logistic regression on features that are left on the disk, a block of utterances in memory at a time.

All C of a training set are fitted at once, so that the file is read once for all of them in each step. A step is
Newton's with one matrix that is never below the true curvature, so no step makes the loss larger, and none needs to be
tried out; steps gather speed where they keep their direction.

Source: Boehning (1992), doi:10.1007/BF00048682, for the matrix; Nesterov (1983) and O'Donoghue & Candes (2015),
doi:10.1007/s10208-013-9150-3, for the speed
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.features.joined_rows import JoinedRows, joined_rows
from ser_tasks.features.stored_rows import AT_ONCE, StoredRows
from ser_tasks.models.calibration import ABSENT, fit_temperature, posteriors
from ser_tasks.models.logistic import LogisticRecogniser, Planes

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.recogniser import Examples

Matrix = NDArray[np.float64]
Rows = NDArray[np.float32] | StoredRows

MOST_DIMS = 10_000  # features: the matrix has their square, 0.8 GB, and its decomposition twice that
STEPS = 1000  # at most
CLOSE = 1e-9  # of the loss of knowing nothing: a training whose next step can gain no more has ended


class LogisticLargeRecogniser(LogisticRecogniser):
    """The planes, C and temperature that LogisticRecogniser finds, as far as its solver is exact."""

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Choose C by UAR on speakers set aside, calibrate on their scores, refit on all of it.

        Raises:
            UserError: more than MOST_DIMS features
        """
        from ser_tasks.evaluation.metrics import uar_of  # noqa: PLC0415  with pandas, and below with scikit-learn:
        from ser_tasks.models.svm import inner_folds  # noqa: PLC0415  prediction has no use for either

        rows, emotions, speakers = _together((train,) if validation is None else (train, validation))
        check_dims(rows.shape[1])
        truth, costs = np.searchsorted(self.classes, emotions), sorted(self.params.c)
        held_out = np.full((len(costs), len(truth), len(self.classes)), ABSENT)
        for training, asked in inner_folds(truth, speakers, n_folds=self.params.inner_folds, seed=self.seed):
            fitted = planes_from_blocks(rows[training], truth[training], n_classes=len(self.classes), c=costs)
            for its, block in _blocks(rows[asked]):
                held_out[:, asked[its]] = [planes.scores(block) for planes in fitted]
        answered = np.isfinite(held_out[0]).any(axis=1)  # all, but where an inner fold has one class to train on
        uars = [uar_of(truth[answered], scores[answered].argmax(axis=1)) for scores in held_out]
        best = int(np.argmax(uars))  # of equals the smallest C, which says least
        self.temperature = fit_temperature(held_out[best], truth)
        (self.planes,) = planes_from_blocks(rows, truth, n_classes=len(self.classes), c=[costs[best]])
        return {"c": costs[best], "inner_uar": round(uars[best], 4), "temperature": self.temperature}

    def posteriors(self, features: Rows) -> Matrix:
        """Shape (n_utterances, n_classes)."""
        assert self.planes is not None
        return posteriors(np.concatenate([self.planes.scores(own) for _, own in _blocks(features)]), self.temperature)


def check_dims(n_dims: int) -> None:
    """Raise UserError for more features than the matrix of a step can have."""
    if n_dims > MOST_DIMS:
        raise UserError(
            f"logistic_large: {n_dims} features. Its memory grows with their square, about {24e-9 * n_dims**2:.0f} GB "
            f"here, and its time with their cube. Take logistic, or a feature set of {MOST_DIMS} at most."
        )


def planes_from_blocks(rows: Rows, truth: NDArray[np.intp], *, n_classes: int, c: Sequence[float]) -> list[Planes]:
    """Planes for each C; a class that does not occur has the score ABSENT.

    Args:
        rows: shape (n_utterances, n_dims)
        truth: number of the class of each
        n_classes: of the scores
        c: in the order of the planes
    """
    loss = _described(rows, truth, n_classes)
    costs = np.asarray(c, np.float64)
    metric = _metric(rows, loss, costs)
    planes = np.zeros((len(costs), rows.shape[1] + 1, n_classes))  # the last row is the intercept
    ahead, speed, going = planes.copy(), np.ones(len(costs)), np.arange(len(costs))
    for _ in range(STEPS):
        gradient = _gradient(rows, loss, costs[going], ahead[going])
        step = metric.step(gradient, going)
        reached = ahead[going] - step
        moved = reached - planes[going]
        turned_back = (gradient * moved).sum(axis=(1, 2)) > 0
        faster = np.where(turned_back, 1, (1 + np.sqrt(1 + 4 * speed[going] ** 2)) / 2)
        further = np.where(turned_back, 0, (speed[going] - 1) / faster)
        planes[going], ahead[going], speed[going] = reached, reached + further[:, None, None] * moved, faster
        going = going[(gradient * step).sum(axis=(1, 2)) > CLOSE * costs[going] * len(truth) * np.log(n_classes)]
        if not len(going):
            break
    else:
        unfinished = ", ".join(f"{cost:g}" for cost in costs[going])
        warnings.warn(f"logistic_large: after {STEPS} steps not at the optimum for C {unfinished}", stacklevel=2)
    return [_as_planes(loss, own) for own in planes]


@dataclass(frozen=True)
class _Loss:
    """What the loss of a training set is made of.

    Attributes:
        truth: number of the class of each utterance, shape (n_utterances,)
        present: classes that occur, shape (n_classes,)
        weights: of each utterance, classes balanced, shape (n_utterances,)
        mean, scale: of each feature, shape (n_dims,); the scale of a constant is 1
        centre: the same, classes balanced: while fitting, features are counted from here in units of the scale
        free: features that vary, and the intercept, shape (n_dims + 1,)
        penalty: of each row of the planes, shape (n_dims + 1,)
    """

    truth: NDArray[np.intp]
    present: NDArray[np.bool_]
    weights: Matrix
    mean: Matrix
    scale: Matrix
    centre: Matrix
    free: NDArray[np.bool_]
    penalty: Matrix


def _described(rows: Rows, truth: NDArray[np.intp], n_classes: int) -> _Loss:
    counts = np.bincount(truth, minlength=n_classes)
    present, weights = counts > 0, (len(truth) / (np.count_nonzero(counts) * np.maximum(counts, 1)))[truth]
    sums, squares, balanced = np.zeros((3, rows.shape[1]))
    shift = next(_blocks(rows))[1].mean(axis=0, dtype=np.float64)  # or much is lost to rounding
    for its, block in _blocks(rows):
        x = block - shift
        sums += x.sum(axis=0)
        squares += (x**2).sum(axis=0)
        balanced += weights[its] @ x
    mean = sums / len(truth)
    scale, mean = np.sqrt(np.maximum(squares / len(truth) - mean**2, 0)), mean + shift
    constant = scale <= np.finfo(np.float32).eps * np.abs(mean)
    scale[constant] = 1
    penalty = np.full(len(scale) + 1, 1.0 + (present.sum() == 2))  # of two classes scikit-learn has one plane, with
    penalty[-1] = 0  # twice the slope and half the penalty
    free = np.append(~constant, [True])
    return _Loss(truth, present, weights, mean, scale, shift + balanced / weights.sum(), free, penalty)


@dataclass(frozen=True)
class _Metric:
    """The matrix that is never below the curvature.

    Attributes:
        vectors: directions of the features, shape (n_dims, n_dims)
        bound: curvature in these, and of the intercept, for each C: shape (n_c, n_dims + 1)
        free: see `_Loss`
    """

    vectors: Matrix
    bound: Matrix
    free: NDArray[np.bool_]

    def step(self, gradient: Matrix, which: NDArray[np.intp]) -> Matrix:
        """Newton's with that matrix, of gradients of shape (n, n_dims + 1, n_classes), n of the C."""
        turned = gradient.copy()
        turned[:, :-1] = np.einsum("ij,mik->mjk", self.vectors, gradient[:, :-1], optimize=True)
        turned /= self.bound[which, :, None]
        turned[:, :-1] = np.einsum("ij,mjk->mik", self.vectors, turned[:, :-1], optimize=True)
        return np.where(self.free[:, None], turned, 0)


def _metric(rows: Rows, loss: _Loss, costs: Matrix) -> _Metric:
    products = np.zeros((rows.shape[1], rows.shape[1]))
    for its, block in _blocks(rows):
        x = ((block - loss.centre) / loss.scale) * np.sqrt(loss.weights[its, None])
        products += x.T @ x
    values, vectors = np.linalg.eigh(products)
    curvature = np.append(values, loss.weights.sum())
    return _Metric(vectors, costs[:, None] / 2 * curvature + loss.penalty, loss.free)


def _gradient(rows: Rows, loss: _Loss, costs: Matrix, planes: Matrix) -> Matrix:
    """Of the penalised cross-entropy for several C; the shape of their planes. One pass over the rows."""
    n_c, n_rows, n_classes = planes.shape
    slopes = np.ascontiguousarray(planes[:, :-1].transpose(1, 0, 2).reshape(n_rows - 1, -1), np.float32)
    offsets = np.where(loss.present, planes[:, -1], ABSENT).astype(np.float32)
    found, found_offsets = np.zeros(slopes.shape), np.zeros(offsets.shape)
    for its, block in _blocks(rows):
        x = ((block - loss.centre) / loss.scale).astype(np.float32)
        errors = (x @ slopes).reshape(len(x), n_c, n_classes) + offsets
        errors = np.exp(errors - errors.max(axis=2, keepdims=True))
        errors /= errors.sum(axis=2, keepdims=True)
        errors[np.arange(len(x)), :, loss.truth[its]] -= 1
        errors *= (loss.weights[its, None] * costs).astype(np.float32)[:, :, None]
        found += x.T @ errors.reshape(len(x), -1)
        found_offsets += errors.sum(axis=0, dtype=np.float64)
    gradient = np.concatenate([found.reshape(n_rows - 1, n_c, -1), found_offsets[None]]).transpose(1, 0, 2)
    return np.asarray((gradient + loss.penalty[:, None] * planes) * loss.free[:, None])


def _as_planes(loss: _Loss, fitted: Matrix) -> Planes:
    """Planes on standardised features; over the classes they have mean 0."""
    mean = loss.mean.astype(np.float32)
    own = fitted - fitted[:, loss.present].mean(axis=1, keepdims=True)
    intercept = own[-1] + ((mean - loss.centre) / loss.scale) @ own[:-1]
    intercept, coefficients = np.where(loss.present, intercept, ABSENT), np.where(loss.present, own[:-1], 0)
    return Planes(*(values.astype(np.float32) for values in (mean, loss.scale, coefficients, intercept)))


def _blocks(rows: Rows) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Rows, some at a time, and which they are."""
    first = 0
    if isinstance(rows, StoredRows):
        blocks = rows.blocks()
    else:
        blocks = (np.asarray(rows[place : place + AT_ONCE], np.float32) for place in range(0, len(rows), AT_ONCE))
    for block in blocks:
        yield slice(first, first + len(block)), block
        first += len(block)


def _together(parts: Sequence[Examples]) -> tuple[Rows, NDArray[np.str_], NDArray[np.str_]]:
    """Rows, emotions and speakers of all parts, augmented copies too."""
    own = [(rows, part) for part in parts for rows in (part.features, *part.copies)]
    emotions, speakers = (np.concatenate([getattr(part, name) for _, part in own]) for name in ("emotions", "speakers"))
    if not isinstance(own[0][0], StoredRows):
        return np.concatenate([rows for rows, _ in own]), emotions, speakers
    stored = own[0][0]
    if isinstance(stored, JoinedRows):
        return joined_rows([rows for rows, _ in own]), emotions, speakers
    return StoredRows(stored.file, np.concatenate([rows.places for rows, _ in own]), stored.n_dims), emotions, speakers
