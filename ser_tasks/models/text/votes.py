"""The classifiers of text on distributions: their posteriors approach the votes of raters, not the commonest class."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from ser_tasks.errors import UserError
from ser_tasks.evaluation.votes.distances import cross_entropy, entropy
from ser_tasks.models.calibration import posteriors
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.text.choose_c import Rows, class_scores
from ser_tasks.models.text.read_dialogues import read_dialogues
from ser_tasks.models.text.sentence_encoder import SentenceEncoderRecogniser
from ser_tasks.models.text.text_classifier import TextClassifier
from ser_tasks.models.text.tfidf import TfidfRecogniser
from ser_tasks.models.voted import shares_of, without_votes

Matrix = NDArray[np.float64]


class _OnVotes(TextClassifier):
    """C is searched by cross-entropy to the votes, where `TextClassifier` searches it by that to the classes.

    Each utterance weighs the same, however many raters it has and whatever its class. An utterance without votes for
    the classes has its label for target.

    Source: Barsoum et al. (2016), arXiv:1608.01041, on cross-entropy to the distribution of raters
    """

    temperature = 1.0  # trained on shares: there is nothing to calibrate

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Choose C, fit on the training part.

        Raises:
            UserError: no vote on any training utterance
        """
        everything = train if validation is None else train.and_also(validation)
        truth, n_classes = np.searchsorted(self.classes, everything.emotions), len(self.classes)
        shares, unvoted = shares_of(everything.features, truth, n_classes=n_classes)
        rows, n_train = self.represent(read_dialogues(without_votes(everything.features))), len(train.emotions)
        folds = self._folds(truth, everything.speakers, n_train=n_train)
        losses = {c: self._held_out_loss(c, rows, shares, folds) for c in sorted(self.params.c)}
        c = min(losses, key=lambda own: losses[own])  # of equals the smallest, which says least
        self.pipeline = fit_to_votes(self.build(c), rows[:n_train], shares[:n_train])
        asked = np.concatenate([held for _, held in folds])
        kl = losses[c] - float(entropy(shares[asked]).mean())
        return {"c": c, "inner_kl": round(kl, 4), "without_votes": unvoted}

    def posteriors(self, features: Any) -> Matrix:
        """Shape (n_utterances, n_classes), of dialogues with votes, which are not looked at, or of plain ones."""
        return super().posteriors(without_votes(features))

    def _held_out_loss(self, c: float, rows: Any, shares: Matrix, folds: list[tuple[Rows, Rows]]) -> float:
        found = []
        for training, held in folds:
            pipeline = fit_to_votes(self.build(c), [rows[row] for row in training], shares[training])
            scores = class_scores(pipeline, [rows[row] for row in held], n_classes=len(self.classes))
            found.append(cross_entropy(shares[held], posteriors(scores, self.temperature)))
        return float(np.concatenate(found).mean())


class TfidfVotes(_OnVotes, TfidfRecogniser):
    """TF-IDF and logistic regression on the votes."""


class SentencesVotes(_OnVotes, SentenceEncoderRecogniser):
    """A frozen sentence encoder and logistic regression on the votes."""

    def build(self, c: float) -> Pipeline:
        """Vectors of turns -> one score per class.

        Raises:
            UserError: settings that ask for an SVM
        """
        if self.params.classifier == "svm":
            raise UserError(
                "params.yaml: sentence_encoder.classifier is svm, which learns one class for each utterance, not the "
                "votes on it. Set it to logistic_regression, or take the model sentence_encoder."
            )
        return super().build(c)


def fit_to_votes(pipeline: Pipeline, rows: Any, shares: Matrix) -> Pipeline:
    """Fit a pipeline of two steps by cross-entropy to the shares.

    The first step sees each utterance once; the classifier sees it once for each class that has a share, with that
    weight, and minimises the same.

    Args:
        pipeline: unfitted; its last step takes sample weights
        rows: for the first step, one for each utterance
        shares: shape (n_utterances, n_classes), rows sum to 1
    """
    vectors = pipeline[0].fit(rows).transform(rows)
    row, one = np.nonzero(shares)
    pipeline[-1].fit(vectors[row], one, sample_weight=shares[row, one])
    return pipeline
