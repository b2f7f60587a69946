"""Logistic regression on distributions: its posteriors approach the votes of raters, not the class that most gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.calibration import ABSENT, posteriors
from ser_tasks.models.logistic import STEPS, Planes
from ser_tasks.models.voted import rows_of, shares_of

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.recogniser import Examples
    from ser_tasks.params import LogisticParams

Matrix = NDArray[np.float64]

GRADIENT = 1e-6  # largest of the mean loss, where the fit ends


class LogisticVotesRecogniser:
    """One plane for each class, all at once (softmax), L2, fitted by cross-entropy to the votes; C by speaker inside.

    Each utterance weighs the same, however many raters it has and whatever its class: weights for balanced classes
    would move the posteriors away from the votes. An utterance without votes for the classes has its label for target.

    Source: Barsoum et al. (2016), arXiv:1608.01041, on cross-entropy to the distribution of raters
    """

    temperature = 1.0  # trained on shares: there is nothing to calibrate

    def __init__(self, params: LogisticParams, *, classes: Sequence[str], seed: int) -> None:
        self.params, self.classes, self.seed = params, tuple(classes), seed
        self.planes: Planes | None = None

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Choose C by cross-entropy to the votes on speakers set aside, and refit on all of it.

        An official validation part is part of the training set, and so are augmented copies, with the votes of their
        originals; a copy is never on the other side of an inner fold than its speaker.
        """
        from ser_tasks.evaluation.votes.distances import cross_entropy, entropy  # noqa: PLC0415  as scikit-learn below:
        from ser_tasks.models.svm import inner_folds  # noqa: PLC0415  prediction has no use for either

        train = (train if validation is None else train.and_also(validation)).with_copies()
        truth = np.searchsorted(self.classes, train.emotions)
        shares, unvoted = shares_of(train.features, truth, n_classes=len(self.classes))
        features, costs = rows_of(train.features), sorted(self.params.c)
        held_out = np.full((len(costs), *shares.shape), ABSENT)
        for training, check in inner_folds(truth, train.speakers, n_folds=self.params.inner_folds, seed=self.seed):
            fitted = fit_to_shares(features[training], shares[training], c=costs)
            held_out[:, check] = [planes.scores(features[check]) for planes in fitted]
        answered = np.isfinite(held_out[0]).any(axis=1)  # all, but where an inner fold has one class to train on
        asked_for = shares[answered]
        losses = [cross_entropy(asked_for, posteriors(scores[answered], 1.0)).mean() for scores in held_out]
        best = int(np.argmin(losses))  # of equals the smallest C, which says least
        (self.planes,) = fit_to_shares(features, shares, c=[costs[best]])
        kl = float(losses[best] - entropy(asked_for).mean())
        return {"c": costs[best], "inner_kl": round(kl, 4), "without_votes": unvoted}

    def posteriors(self, features: Any) -> Matrix:
        """Shape (n_utterances, n_classes), of rows with votes, which are not looked at, or of plain rows."""
        assert self.planes is not None
        return posteriors(self.planes.scores(rows_of(features)), self.temperature)


def fit_to_shares(features: NDArray[np.float32], shares: Matrix, *, c: Sequence[float]) -> list[Planes]:
    """Planes for each C, in their order; a class without any share has the score ABSENT.

    Minimised is C * sum of the cross-entropies + half the sum of the squared slopes, on standardised features. The
    penalty sees distances alone, so the fit is done where the utterances span the space.

    Args:
        features: shape (n_utterances, n_dims)
        shares: shape (n_utterances, n_classes), rows sum to 1
        c: cost of a training error, each
    """
    from scipy.optimize import minimize  # noqa: PLC0415  dear, and planning a fold needs none of it

    mean, scale = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    scale[scale <= np.finfo(np.float32).eps * np.abs(mean)] = 1  # a constant
    turned, back = _spanned((features - mean) / scale)
    present = shares.sum(axis=0) > 0
    weights = np.zeros((turned.shape[1] + 1) * int(present.sum()))
    found = []
    for value in c:
        fitted = minimize(
            *(_loss, weights),
            args=(turned, shares[:, present], value * len(shares)),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": STEPS, "gtol": GRADIENT, "ftol": 64 * np.finfo(np.float64).eps, "maxfun": 10 * STEPS},
        )
        weights = fitted.x  # where the next C begins
        slopes, offsets = weights.reshape(turned.shape[1] + 1, -1)[:-1], weights.reshape(turned.shape[1] + 1, -1)[-1]
        coefficients = np.zeros((features.shape[1], len(present)), np.float32)
        intercept = np.full(len(present), ABSENT, np.float32)
        coefficients[:, present], intercept[present] = back @ slopes, offsets
        found.append(Planes(mean.astype(np.float32), scale.astype(np.float32), coefficients, intercept))
    return found


def _loss(weights: NDArray[np.float64], features: Matrix, shares: Matrix, cost: float) -> tuple[float, Matrix]:
    """Mean cross-entropy and penalty, and their gradient.

    Args:
        weights: slopes, then intercepts, shape ((n_dims + 1) * n_classes,)
        features: shape (n, n_dims)
        shares: shape (n, n_classes)
        cost: C times n
    """
    from scipy.special import log_softmax  # noqa: PLC0415

    planes = weights.reshape(features.shape[1] + 1, -1)
    log_posteriors = log_softmax(features @ planes[:-1] + planes[-1], axis=1)
    error = (np.exp(log_posteriors) - shares) / len(shares)
    slope = np.vstack([features.T @ error + planes[:-1] / cost, error.sum(axis=0)])
    loss = -(shares * log_posteriors).sum() / len(shares) + (planes[:-1] ** 2).sum() / (2 * cost)
    return float(loss), slope.ravel()


def _spanned(features: Matrix) -> tuple[Matrix, Matrix]:
    """Features in the space that they span, shape (n, min(n, n_dims)), and what turns planes of it back."""
    n, n_dims = features.shape
    if n_dims <= n:
        return features, np.eye(n_dims)
    back, own = np.linalg.qr(features.T)
    return own.T, back
