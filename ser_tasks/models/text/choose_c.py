"""Choice of C for a classifier on text: by the cross-entropy of utterances held out from its fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax
from sklearn.pipeline import Pipeline

from ser_tasks.evaluation.metrics import confusion_matrix, unweighted_average_recall
from ser_tasks.models.calibration import fit_temperature, for_every_class
from ser_tasks.models.text.class_balance import balancing_weights

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Held:
    """Scores of utterances held out from the fit, shape (n, n_classes), and their classes."""

    scores: NDArray[np.float64]
    truth: NDArray[np.integer]

    def cross_entropy(self) -> float:
        """In nats, at the best temperature, over the classes in the training set; of a guess where there is none."""
        scores = self.scores / fit_temperature(self.scores, self.truth)
        logs = log_softmax(scores, axis=1)[np.arange(len(scores)), self.truth]
        known = np.isfinite(logs)
        return -float(logs[known].mean()) if known.any() else float(np.log(scores.shape[1]))

    def uar(self) -> float:
        """Of the likeliest classes."""
        said, meant = (values.astype(str).tolist() for values in (self.scores.argmax(axis=1), self.truth))
        return float(
            unweighted_average_recall(confusion_matrix(meant, said, [str(i) for i in range(self.scores.shape[1])]))
        )


def fit_balanced(
    pipeline: Pipeline, features: Sequence[Any], truth: NDArray[np.integer], *, balance: float
) -> Pipeline:
    """Fit a pipeline whose last step is called 'classifier', its utterances weighted by class."""
    return pipeline.fit(features, truth, classifier__sample_weight=balancing_weights(truth, balance=balance))


def class_scores(pipeline: Pipeline, features: Sequence[Any], *, n_classes: int) -> NDArray[np.float64]:
    """One score for each class, shape (n, n_classes); ABSENT for one that is not in the training set."""
    decision = pipeline.decision_function(features)
    halved = decision / 2 if decision.ndim == 1 else decision  # of two classes, between which it is a difference
    return for_every_class(halved, pipeline.classes_, n_classes=n_classes)


def choose_c(
    build: Callable[[float], Pipeline],
    candidates: Sequence[float],
    folds: Sequence[tuple[Rows, Rows]],
    features: Sequence[Any],
    truth: NDArray[np.integer],
    *,
    n_classes: int,
    balance: float,
) -> tuple[float, Held]:
    """The C whose held-out scores give the lowest cross-entropy, and those scores.

    Args:
        build: C -> unfitted pipeline
        candidates: values of C
        folds: rows to train on and rows held out
        features, truth: of all rows
        n_classes: of the answer
        balance: see `balancing_weights`
    """
    held: Mapping[float, Held] = {
        c: _held_out(build(c), folds, features, truth, n_classes=n_classes, balance=balance) for c in candidates
    }
    best = min(held, key=lambda c: held[c].cross_entropy())
    return best, held[best]


def _held_out(
    pipeline: Pipeline,
    folds: Sequence[tuple[Rows, Rows]],
    features: Sequence[Any],
    truth: NDArray[np.integer],
    *,
    n_classes: int,
    balance: float,
) -> Held:
    scores = []
    for learnt, held in folds:
        fit_balanced(pipeline, [features[row] for row in learnt], truth[learnt], balance=balance)
        scores.append(class_scores(pipeline, [features[row] for row in held], n_classes=n_classes))
    return Held(np.concatenate(scores), np.concatenate([truth[held] for _, held in folds]))
