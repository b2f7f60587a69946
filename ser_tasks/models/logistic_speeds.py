"""Logistic regression trained on recordings played at several speeds, whose prediction is the mean over these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.calibration import ABSENT, fit_temperature, posteriors
from ser_tasks.models.logistic import LogisticRecogniser, fit_planes
from ser_tasks.models.recogniser import Examples

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import LogisticParams


@dataclass(frozen=True)
class SpeedsSection:
    """Settings of the logistic regression, and at how many speeds each row has a recording."""

    logistic: LogisticParams
    n_speeds: int

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Plain values of the logistic regression; the speeds are part of the feature set's digest."""
        return self.logistic.model_dump(**options)


class LogisticSpeedsRecogniser(LogisticRecogniser):
    """Every speed of a recording is an utterance to train on, of the same speaker: never on both sides of a fold."""

    def __init__(self, section: SpeedsSection, *, classes: Sequence[str], seed: int) -> None:
        super().__init__(section.logistic, classes=classes, seed=seed)
        self.n_speeds = section.n_speeds

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """As LogisticRecogniser, on all speeds; features of shape (n_utterances, n_speeds * n_dims)."""
        together = (train if validation is None else train.and_also(validation)).with_copies()
        chosen = super().fit(self._apart(together), None, folder=folder)
        self.temperature = self._temperature(together, c=chosen["c"])
        return {**chosen, "temperature": self.temperature}

    def _temperature(self, train: Examples, *, c: float) -> float:
        """Of the mean over speeds, which is what predicts, on speakers set aside: it errs less than a speed alone."""
        from ser_tasks.models.svm import inner_folds  # noqa: PLC0415  with scikit-learn, which prediction has no use for

        truth = np.searchsorted(self.classes, train.emotions)
        speeds = np.split(np.asarray(train.features, np.float32), self.n_speeds, axis=1)
        held_out = np.full((len(truth), len(self.classes)), ABSENT)
        for learned, asked in inner_folds(truth, train.speakers, n_folds=self.params.inner_folds, seed=self.seed):
            rows, own = np.concatenate([speed[learned] for speed in speeds]), np.tile(truth[learned], self.n_speeds)
            (planes,) = fit_planes(rows, own, n_classes=len(self.classes), c=[c])
            held_out[asked] = np.mean([planes.scores(speed[asked]) for speed in speeds], axis=0)
        return fit_temperature(held_out, truth)

    def posteriors(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes), of the mean of the scores at all speeds."""
        assert self.planes is not None
        scores = [self.planes.scores(rows) for rows in np.split(features, self.n_speeds, axis=1)]
        return posteriors(np.mean(scores, axis=0), self.temperature)

    def _apart(self, examples: Examples) -> Examples:
        """The recordings as they are, and behind them each other speed as copies."""
        own, *others = np.split(np.asarray(examples.features), self.n_speeds, axis=1)
        return Examples(own, examples.emotions, examples.speakers, tuple(others))
