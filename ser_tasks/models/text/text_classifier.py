"""Base of TF-IDF and the sentence encoder: a classifier tuned and calibrated on utterances held out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from ser_tasks.models.calibration import fit_temperature, posteriors
from ser_tasks.models.recogniser import Examples, Features
from ser_tasks.models.svm import inner_folds
from ser_tasks.models.text.choose_c import Rows, choose_c, class_scores, fit_balanced
from ser_tasks.models.text.read_dialogues import read_dialogues
from ser_tasks.text.transcripts import Dialogue


class ClassifierParams(Protocol):
    """Settings of every such model."""

    c: tuple[float, ...]
    balance: float
    inner_folds: int


class TextClassifier(ABC):
    """One fold. C is searched by cross-entropy, the temperature fitted on the scores that the best C gave.

    On the official validation part where there is one, which is not trained on, so that figures stand beside published
    ones; else over inner folds of the training speakers.
    """

    def __init__(self, params: Any, *, classes: Sequence[str], seed: int) -> None:
        self.params, self.classes, self.seed = params, tuple(classes), seed

    @abstractmethod
    def build(self, c: float) -> Pipeline:
        """Unfitted; its last step is called 'classifier' and takes sample weights."""

    def represent(self, dialogues: Sequence[Dialogue]) -> Any:
        """Input of the pipeline for each utterance, nothing of it fitted here."""
        return dialogues

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Choose C, calibrate, fit on the training part."""
        everything = train if validation is None else train.and_also(validation)
        features = self.represent(read_dialogues(everything.features))
        truth = np.searchsorted(self.classes, everything.emotions)
        n_train, balance, n_classes = len(train.emotions), self.params.balance, len(self.classes)
        folds = self._folds(truth, everything.speakers, n_train=n_train)
        c, held = choose_c(self.build, self.params.c, folds, features, truth, n_classes=n_classes, balance=balance)
        self.temperature = fit_temperature(held.scores, held.truth)
        self.pipeline = fit_balanced(self.build(c), features[:n_train], truth[:n_train], balance=balance)
        return {
            "c": c,
            "inner_cross_entropy": round(held.cross_entropy(), 4),
            "inner_uar": round(held.uar(), 4),
            "temperature": self.temperature,
        }

    def posteriors(self, features: Features) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes); the likeliest class is the classifier's own decision."""
        rows = self.represent(read_dialogues(features))
        return posteriors(class_scores(self.pipeline, rows, n_classes=len(self.classes)), self.temperature)

    def _folds(
        self, truth: NDArray[np.integer], speakers: NDArray[np.str_], *, n_train: int
    ) -> list[tuple[Rows, Rows]]:
        if n_train < len(truth):
            return [(np.arange(n_train), np.arange(n_train, len(truth)))]
        return inner_folds(truth, speakers, n_folds=self.params.inner_folds, seed=self.seed)
