"""Logistic regression on features that are left on the disk: the memory of a few thousand utterances for any number.

Every C and every inner part is fitted at once, so that the file is read once for all of them in each step. A step is
Newton's with one matrix that is never below the true curvature, so no step makes the loss larger, and none needs to be
tried out; steps gather speed where they keep their direction.

Source: Boehning (1992), doi:10.1007/BF00048682, for the matrix; Nesterov (1983) and O'Donoghue & Candes (2015),
doi:10.1007/s10208-013-9150-3, for the speed
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.stored_rows import AT_ONCE, StoredRows
from ser_tasks.models.calibration import ABSENT, fit_temperature, posteriors
from ser_tasks.models.logistic import LogisticRecogniser, Planes

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.recogniser import Examples

Matrix = NDArray[np.float64]
Rows = NDArray[np.float32] | StoredRows

STEPS = 1000  # at most
CLOSE = 1e-9  # of the loss of knowing nothing: a training whose next step can gain no more has ended


class LogisticLargeRecogniser(LogisticRecogniser):
    """The same planes, C and temperature as LogisticRecogniser finds, to rounding."""

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Choose C by UAR on speakers set aside, calibrate on their scores, refit on all of it."""
        from ser_tasks.evaluation.metrics import uar_of  # noqa: PLC0415  with pandas, and below with scikit-learn:
        from ser_tasks.models.svm import inner_folds  # noqa: PLC0415  prediction has no use for either

        rows, emotions, speakers = _together((train,) if validation is None else (train, validation))
        truth, costs = np.searchsorted(self.classes, emotions), sorted(self.params.c)
        parts = inner_folds(truth, speakers, n_folds=self.params.inner_folds, seed=self.seed)
        members = np.zeros((len(parts), len(truth)), np.bool_)
        for own, (learnt, _) in zip(members, parts, strict=True):
            own[learnt] = True
        fitted = planes_from_blocks(rows, truth, n_classes=len(self.classes), members=members, c=costs)
        held_out = np.full((len(costs), len(truth), len(self.classes)), ABSENT)
        for planes, (_, asked) in zip(fitted, parts, strict=True):
            for first, block in _blocks(rows, asked):
                held_out[:, asked[first : first + len(block)]] = [plane.scores(block) for plane in planes]
        answered = np.isfinite(held_out[0]).any(axis=1)  # all, but where an inner fold has one class to train on
        uars = [uar_of(truth[answered], scores[answered].argmax(axis=1)) for scores in held_out]
        best = int(np.argmax(uars))  # of equals the smallest C, which says least
        self.temperature = fit_temperature(held_out[best], truth)
        everything = np.ones((1, len(truth)), np.bool_)
        (self.planes,) = planes_from_blocks(
            rows, truth, n_classes=len(self.classes), members=everything, c=[costs[best]]
        )[0]
        return {"c": costs[best], "inner_uar": round(uars[best], 4), "temperature": self.temperature}

    def posteriors(self, features: Rows) -> Matrix:
        """Shape (n_utterances, n_classes)."""
        assert self.planes is not None
        scores = [self.planes.scores(block) for _, block in _blocks(features)]
        return posteriors(np.concatenate(scores), self.temperature)


def planes_from_blocks(
    rows: Rows, truth: NDArray[np.intp], *, n_classes: int, members: NDArray[np.bool_], c: Sequence[float]
) -> list[list[Planes]]:
    """Planes of each training set for each C; a class that does not occur in it has the score ABSENT.

    Args:
        rows: shape (n_utterances, n_dims)
        truth: number of the class of each
        n_classes: of the scores
        members: which utterances each training set has, shape (n_sets, n_utterances)
        c: in the order of the planes
    """
    sets = _described(rows, truth, n_classes, members)
    trainings = _trainings(sets, c, *np.linalg.eigh(_products(rows, sets)))
    planes = np.zeros((len(trainings.c), rows.shape[1] + 1, n_classes))  # the last row is the intercept
    ahead, speed, going = planes.copy(), np.ones(len(planes)), np.arange(len(planes))
    for _ in range(STEPS):
        own = trainings.some(going)
        gradient = _gradient(rows, sets, own, ahead[going])
        step = own.step(gradient)
        reached = ahead[going] - step
        moved = reached - planes[going]
        turned_back = (gradient * moved).sum(axis=(1, 2)) > 0
        faster = np.where(turned_back, 1, (1 + np.sqrt(1 + 4 * speed[going] ** 2)) / 2)
        further = np.where(turned_back, 0, (speed[going] - 1) / faster)
        planes[going], ahead[going], speed[going] = reached, reached + further[:, None, None] * moved, faster
        going = going[(gradient * step).sum(axis=(1, 2)) > CLOSE * own.c * sets.sizes[own.sets] * np.log(n_classes)]
        if not len(going):
            break
    else:
        warnings.warn(f"{len(going)} of {len(planes)} trainings had not ended after {STEPS} steps", stacklevel=2)
    found = [_as_planes(sets, place, own) for place, own in zip(trainings.sets, planes, strict=True)]
    return [found[first : first + len(c)] for first in range(0, len(found), len(c))]


@dataclass(frozen=True)
class _Trainings:
    """Of one set and one C each, and the matrix that is never below their curvature.

    Attributes:
        sets: number of the set, shape (n_trainings,)
        c: likewise
        penalty: of each row of the planes, shape (n_trainings, n_dims + 1); the intercept has none
        free: rows that are fitted, the others stay 0, shape (n_trainings, n_dims + 1)
        vectors: directions of the features, shape (n_dims, n_dims)
        bound: curvature in these and of the intercept, shape (n_trainings, n_dims + 1)
    """

    sets: NDArray[np.intp]
    c: Matrix
    penalty: Matrix
    free: NDArray[np.bool_]
    vectors: Matrix
    bound: Matrix

    def some(self, which: NDArray[np.intp]) -> _Trainings:
        """Those that go on."""
        own = {field: getattr(self, field)[which] for field in ("sets", "c", "penalty", "free", "bound")}
        return replace(self, **own)

    def step(self, gradient: Matrix) -> Matrix:
        """Newton's with that matrix, of gradients of shape (n_trainings, n_dims + 1, n_classes)."""
        turned = gradient.copy()
        turned[:, :-1] = np.einsum("ij,mik->mjk", self.vectors, gradient[:, :-1], optimize=True)
        turned /= self.bound[:, :, None]
        turned[:, :-1] = np.einsum("ij,mjk->mik", self.vectors, turned[:, :-1], optimize=True)
        return np.where(self.free[:, :, None], turned, 0)


def _trainings(sets: _Sets, c: Sequence[float], values: Matrix, vectors: Matrix) -> _Trainings:
    """Every set with every C; values and vectors of the weighted products of the features."""
    own, costs = np.repeat(np.arange(len(sets.sizes)), len(c)), np.tile(np.asarray(c, np.float64), len(sets.sizes))
    of_two = sets.present.sum(axis=1) == 2  # scikit-learn has one plane then, twice as steep, with half the penalty
    penalty = np.where(sets.constant, 1, sets.scale / sets.spread) ** 2 * np.where(of_two, 2, 1)[:, None]
    curvature = (costs * sets.steepest[own] / 2)[:, None]
    bound = curvature * np.append(values, sets.weights.sum())
    bound[:, :-1] += penalty.max(axis=1)[own, None]
    free = np.column_stack([~sets.constant, np.ones(len(sets.constant), np.bool_)])
    return _Trainings(own, costs, np.column_stack([penalty, np.zeros(len(penalty))])[own], free[own], vectors, bound)


@dataclass(frozen=True)
class _Sets:
    """Of training sets. While fitting, features are counted from `centre` in units of `spread`, those of all.

    Attributes:
        truth: number of the class of each utterance, shape (n_utterances,)
        members: which utterances each set has, shape (n_sets, n_utterances)
        sizes: utterances of each set, shape (n_sets,)
        present: classes of each, shape (n_sets, n_classes)
        balance: weight of each class, shape (n_sets, n_classes); 0 where it is absent
        mean, scale: of each feature, shape (n_sets, n_dims); the scale of a constant is 1
        constant: features that do not vary, shape (n_sets, n_dims)
        centre, spread: shape (n_dims,); the centre is that of all, its classes balanced
        weights: of each utterance in the products, shape (n_utterances,)
        steepest: how much heavier a set makes an utterance, at most, than `weights`
    """

    truth: NDArray[np.intp]
    members: NDArray[np.bool_]
    sizes: Matrix
    present: NDArray[np.bool_]
    balance: Matrix
    mean: Matrix
    scale: Matrix
    constant: NDArray[np.bool_]
    centre: Matrix
    spread: Matrix
    weights: Matrix
    steepest: Matrix


def _described(rows: Rows, truth: NDArray[np.intp], n_classes: int, members: NDArray[np.bool_]) -> _Sets:
    every = np.vstack([members, np.ones(len(truth), np.bool_)])  # and all of them, behind the sets
    counts = np.array([np.bincount(truth[own], minlength=n_classes) for own in every])
    present, sizes = counts > 0, counts.sum(axis=1)
    shares = counts * present.sum(axis=1, keepdims=True)
    balance = np.divide(sizes[:, None], shares, out=np.zeros(counts.shape), where=present)
    weights, seen = balance[-1][truth], present[-1]
    mean, scale, centre = _moments(rows, every, weights)
    constant = scale <= np.finfo(np.float32).eps * np.abs(mean)
    scale[constant] = 1
    return _Sets(
        truth,
        members,
        sizes[:-1].astype(np.float64),
        present[:-1],
        balance[:-1],
        mean[:-1],
        scale[:-1],
        constant[:-1],
        centre,
        scale[-1],
        weights,
        (balance[:-1, seen] / balance[-1, seen]).max(axis=1),
    )


def _moments(rows: Rows, members: NDArray[np.bool_], weights: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Mean and standard deviation of each set, (n_sets, n_dims), and the weighted mean of all; one pass."""
    sums, squares = np.zeros((2, len(members), rows.shape[1]))
    centre = np.zeros(rows.shape[1])
    shift = next(_blocks(rows))[1].mean(axis=0, dtype=np.float64)  # or much is lost to rounding
    for first, block in _blocks(rows):
        x, its = block - shift, slice(first, first + len(block))
        inside = members[:, its].astype(np.float64)
        sums += inside @ x
        squares += inside @ x**2
        centre += weights[its] @ x
    sizes = members.sum(axis=1)[:, None]
    variance = squares / sizes - (sums / sizes) ** 2
    return sums / sizes + shift, np.sqrt(np.maximum(variance, 0)), centre / weights.sum() + shift


def _products(rows: Rows, sets: _Sets) -> Matrix:
    """Of centred features, weighted: shape (n_dims, n_dims)."""
    found = np.zeros((rows.shape[1], rows.shape[1]))
    for first, block in _blocks(rows):
        x = ((block - sets.centre) / sets.spread) * np.sqrt(sets.weights[first : first + len(block), None])
        found += x.T @ x
    return found


def _gradient(rows: Rows, sets: _Sets, own: _Trainings, planes: Matrix) -> Matrix:
    """Of the penalised cross-entropy of several trainings; the shape of their planes. One pass over the rows."""
    n_trainings, n_dims, n_classes = planes.shape
    slopes = np.ascontiguousarray(planes[:, :-1].transpose(1, 0, 2).reshape(n_dims - 1, -1), np.float32)
    offsets = np.where(sets.present[own.sets], planes[:, -1], ABSENT).astype(np.float32)
    found, found_offsets = np.zeros(slopes.shape), np.zeros(offsets.shape)
    for first, block in _blocks(rows):
        its = slice(first, first + len(block))
        x, classes = ((block - sets.centre) / sets.spread).astype(np.float32), sets.truth[its]
        errors = (x @ slopes).reshape(len(x), n_trainings, n_classes) + offsets
        errors = np.exp(errors - errors.max(axis=2, keepdims=True))
        errors /= errors.sum(axis=2, keepdims=True)
        errors[np.arange(len(x)), :, classes] -= 1
        weights = own.c[:, None] * sets.balance[own.sets][:, classes] * sets.members[own.sets, its]
        errors *= weights.T[:, :, None].astype(np.float32)
        found += x.T @ errors.reshape(len(x), -1)
        found_offsets += errors.sum(axis=0, dtype=np.float64)
    gradient = np.concatenate([found.reshape(n_dims - 1, n_trainings, -1), found_offsets[None]]).transpose(1, 0, 2)
    return np.asarray((gradient + own.penalty[:, :, None] * planes) * own.free[:, :, None])


def _as_planes(sets: _Sets, place: int, fitted: Matrix) -> Planes:
    """Planes on features standardised as that training set has them; over its classes they have mean 0."""
    mean, scale, present = sets.mean[place].astype(np.float32), sets.scale[place], sets.present[place]
    own = fitted - fitted[:, present].mean(axis=1, keepdims=True)
    intercept = own[-1] + ((mean - sets.centre) / sets.spread) @ own[:-1]
    coefficients = own[:-1] * (scale / sets.spread)[:, None]
    intercept, coefficients = np.where(present, intercept, ABSENT), np.where(present, coefficients, 0)
    return Planes(*(values.astype(np.float32) for values in (mean, scale, coefficients, intercept)))


def _blocks(rows: Rows, places: NDArray[np.intp] | None = None) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Rows, or those in these places, some at a time, and how many were before them."""
    rows = rows if places is None else rows[places]
    if isinstance(rows, StoredRows):
        blocks = rows.blocks()
    else:
        blocks = (np.asarray(rows[first : first + AT_ONCE], np.float32) for first in range(0, len(rows), AT_ONCE))
    first = 0
    for block in blocks:
        yield first, block
        first += len(block)


def _together(parts: Sequence[Examples]) -> tuple[Rows, NDArray[np.str_], NDArray[np.str_]]:
    """Rows, emotions and speakers of all parts, augmented copies too."""
    own = [(rows, part) for part in parts for rows in (part.features, *part.copies)]
    emotions, speakers = (np.concatenate([getattr(part, name) for _, part in own]) for name in ("emotions", "speakers"))
    if not isinstance(own[0][0], StoredRows):
        return np.concatenate([rows for rows, _ in own]), emotions, speakers
    stored = own[0][0]
    return StoredRows(stored.file, np.concatenate([rows.places for rows, _ in own]), stored.n_dims), emotions, speakers
