"""A sentence encoder trained by others, frozen, and a classifier on its vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from ser_tasks.models.text.sentence_vectors import Encode, load_encoder
from ser_tasks.models.text.text_classifier import TextClassifier
from ser_tasks.text.tokens import clean
from ser_tasks.text.transcripts import Dialogue

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import SentenceEncoderParams


class SentenceEncoderRecogniser(TextClassifier):
    """Vectors of the turn and of those before it, side by side, and logistic regression or an RBF SVM on them.

    Source: Reimers & Gurevych (2019), doi:10.18653/v1/D19-1410
    """

    def __init__(
        self, params: SentenceEncoderParams, *, classes: Sequence[str], seed: int, encode: Encode | None = None
    ) -> None:
        super().__init__(params, classes=classes, seed=seed)
        self.encode = encode

    def build(self, c: float) -> Pipeline:
        """Vectors of turns -> one score per class."""
        classifier = (
            SVC(C=c, kernel="rbf", gamma="scale", break_ties=True, random_state=self.seed)
            if self.params.classifier == "svm"
            else LogisticRegression(C=c, max_iter=1000, random_state=self.seed)
        )
        return Pipeline([("turns", StandardisedTurns(self.params.context.weight)), ("classifier", classifier)])

    def represent(self, dialogues: Sequence[Dialogue]) -> NDArray[np.float32]:
        """Vectors of the turn and of those before it, latest first, shape (n_utterances, 1 + turns, n_dims).

        NaN where there was no turn.
        """
        params = self.params
        self.encode = self.encode or load_encoder(params.model, weights=params.weights, layers=params.layers)
        turns = [dialogue[: -2 - params.context.turns : -1] for dialogue in dialogues]  # latest first
        texts = sorted({clean(turn.text) for some in turns for turn in some})
        numbers, vectors = {text: row for row, text in enumerate(texts)}, self.encode(texts)
        found = np.full((len(turns), 1 + params.context.turns, vectors.shape[1]), np.nan, np.float32)
        for row, some in enumerate(turns):
            found[row, : len(some)] = vectors[[numbers[clean(turn.text)] for turn in some]]
        return found


class StandardisedTurns(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Vectors of turns (n_utterances, 1 + turns, n_dims) -> rows (n_utterances, (1 + turns) * n_dims).

    Each dimension has mean 0 over the turns to be recognised in the training part, and all together the mean square 1;
    earlier turns the same, times `weight`. A turn that was not there is 0.
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def fit(self, vectors: Sequence[NDArray[np.float32]], truth: object = None) -> StandardisedTurns:
        """Mean and standard deviation of each dimension; one that never varies is left as it is."""
        own = np.stack([turns[0] for turns in vectors])
        self.mean_, deviation = own.mean(axis=0), own.std(axis=0)
        self.scale_ = np.where(deviation > 0, deviation, 1) * np.sqrt(own.shape[1])
        return self

    def transform(self, vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Shape (n_utterances, (1 + turns) * n_dims)."""
        turns = np.nan_to_num((np.stack(list(vectors)) - self.mean_) / self.scale_)
        turns[:, 1:] *= self.weight
        return np.asarray(turns.reshape(len(turns), -1), np.float32)
