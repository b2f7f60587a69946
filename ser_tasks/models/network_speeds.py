"""A network trained on recordings played at several speeds, whose prediction is the mean over these."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.frames_at_speeds import each_speed
from ser_tasks.models.network import NetworkRecogniser

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.recogniser import Examples, Features
    from ser_tasks.models.training.trainer import Labelled


class NetworkSpeedsRecogniser(NetworkRecogniser):
    """In every epoch a recording is played at one of the speeds, by chance; what it is stopped by is as recorded."""

    def load(self, folder: Path, *, n_dims: int) -> bool:
        """As NetworkRecogniser, of features whose last dimension says the speed."""
        return super().load(folder, n_dims=n_dims - 1)

    def _answers(self, model: Any, features: Features) -> NDArray[np.float64]:
        """The mean over the speeds, of logits as of embeddings."""
        answers = super()._answers
        return np.asarray(np.mean([answers(model, frames) for frames in _speeds(features)], axis=0))

    def _labelled(self, examples: Examples) -> Labelled:
        from ser_tasks.models.training.trainer import Labelled  # noqa: PLC0415  with Keras

        own, *others = [frames for rows in (examples.features, *examples.copies) for frames in _speeds(rows)]
        return Labelled(own, np.searchsorted(self.classes, examples.emotions), tuple(others))


def _speeds(features: Features) -> list[tuple[NDArray[np.float32], ...]]:
    """The same utterances at each speed."""
    return list(zip(*map(each_speed, features), strict=True))
