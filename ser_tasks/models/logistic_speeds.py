"""Logistic regression trained on recordings played at several speeds, whose prediction is the mean over these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.calibration import posteriors
from ser_tasks.models.logistic import LogisticRecogniser
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
        together = train if validation is None else train.and_also(validation)
        return super().fit(self._apart(together.with_copies()), None, folder=folder)

    def posteriors(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes), of the mean of the scores at all speeds."""
        assert self.planes is not None
        scores = [self.planes.scores(rows) for rows in np.split(features, self.n_speeds, axis=1)]
        return posteriors(np.mean(scores, axis=0), self.temperature)

    def _apart(self, examples: Examples) -> Examples:
        """The recordings as they are, and behind them each other speed as copies."""
        own, *others = np.split(np.asarray(examples.features), self.n_speeds, axis=1)
        return Examples(own, examples.emotions, examples.speakers, tuple(others))
