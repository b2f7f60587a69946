"""Any network of `networks/` trained on the distribution of raters' votes instead of one class for each utterance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.network import NetworkRecogniser
from ser_tasks.models.training.validation import validation_speakers
from ser_tasks.models.voted import frames_of, shares_of

if TYPE_CHECKING:
    from ser_tasks.models.recogniser import Examples, Features
    from ser_tasks.models.training.target_trainer import Targeted, TargetHistory


class NetworkVotesRecogniser(NetworkRecogniser):
    """One network, one fold; cross-entropy to the votes, whose lowest on speakers set aside chooses the epoch.

    Each utterance weighs the same, however many raters it has and whatever its class. An utterance without votes for
    the classes has its label for target.

    Source: Barsoum et al. (2016), arXiv:1608.01041, on cross-entropy to the distribution of raters
    """

    temperature = 1.0  # trained on shares: there is nothing to calibrate

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Train on some speakers, stop by cross-entropy on others; with `refit`, train again on all.

        Raises:
            UserError: no vote on any training utterance, a loss that is not finite
        """
        from ser_tasks.evaluation.votes.distances import entropy  # noqa: PLC0415
        from ser_tasks.models.training.target_trainer import figures_of  # noqa: PLC0415  with Keras

        training = self.section.training
        whole = train if validation is None else train.and_also(validation)
        if validation is None:
            share = training.validation_share
            checked = validation_speakers(train.emotions, train.speakers, share=share, seed=self.seed)
        else:
            checked = np.arange(len(whole.emotions)) >= len(train.emotions)
        truth = np.searchsorted(self.classes, whole.emotions)
        shares, unvoted = shares_of(whole.features, truth, n_classes=len(self.classes))
        self._prepare(whole.part(list(np.flatnonzero(~checked))))
        learn, check = (self._targeted(whole, shares, np.flatnonzero(rows)) for rows in (~checked, checked))
        history = self._train_on_votes(learn, check, folder, epochs=training.epochs)
        kl = float(history.kept.val_loss or 0) - float(entropy(np.asarray(check.targets, np.float64)).mean())
        if training.refit:
            everything = self._targeted(whole, shares, np.arange(len(truth)))
            self._train_on_votes(everything, None, folder and folder / "refit", epochs=history.kept_epoch)
        return {**figures_of(history, self.model), "val_kl": round(kl, 4), "without_votes": unvoted}

    def _train_on_votes(
        self, learn: Targeted, check: Targeted | None, folder: Path | None, *, epochs: int
    ) -> TargetHistory:
        import keras  # noqa: PLC0415

        from ser_tasks.models.training.target_trainer import Aim, train_on_targets  # noqa: PLC0415  with Keras

        of_frames: Any = learn  # nothing else is asked of it
        self.model = self._untrained(of_frames)
        return train_on_targets(
            *(self.model, learn, check),
            aim=Aim(keras.losses.CategoricalCrossentropy(from_logits=True), cross_entropy_of),
            settings=self.section.training,
            epochs=epochs,
            seed=self.seed,
            folder=folder,
        )

    def _answers(self, model: Any, features: Features) -> NDArray[np.float64]:
        return NetworkRecogniser._answers(self, model, self._inputs(features))

    def _prepare(self, learn: Examples) -> None:
        """Before the training, on the part whose weights are learned."""

    def _inputs(self, features: Features) -> tuple[NDArray[np.float32], ...]:
        """What the network reads of each utterance, whether its votes stand beside it or not."""
        return frames_of(features)

    def _targeted(self, examples: Examples, shares: NDArray[np.float64], rows: NDArray[np.intp]) -> Targeted:
        from ser_tasks.models.training.target_trainer import Targeted  # noqa: PLC0415  with Keras

        part = examples.part(list(rows))
        copies = tuple(map(self._inputs, part.copies))
        return Targeted(self._inputs(part.features), shares[rows].astype(np.float32), copies)


def cross_entropy_of(shares: NDArray[np.floating], logits: NDArray[np.float64]) -> float:
    """Of the posteriors as they are to the shares, its mean in nats; both of shape (n_utterances, n_classes)."""
    from scipy.special import log_softmax  # noqa: PLC0415

    return -float((shares * log_softmax(logits, axis=1)).sum(axis=1).mean())
