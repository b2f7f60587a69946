"""Any network of `networks/` as a recogniser: built, trained with speakers of its own for validation, calibrated."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.calibration import fit_temperature, posteriors
from ser_tasks.models.recogniser import Examples, Model
from ser_tasks.training.validation import validation_speakers

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import Params, Section, TrainingParams


@dataclass(frozen=True)
class NetworkSection:
    """What a network reads of params.yaml: its own sizes, and how all are trained."""

    sizes: Section
    training: TrainingParams

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Plain values, and the Keras backend: another one gives slightly other weights."""
        backend = os.environ.get("KERAS_BACKEND", "tensorflow")
        return {**self.sizes.model_dump(**options), "training": self.training.model_dump(**options), "backend": backend}


def network(name: str, feature_set: str, *, speaker_norm: bool = False) -> Model:
    """A line of the model table; Keras is loaded when a fold begins, not before."""

    def build(section: NetworkSection, *, classes: Sequence[str], seed: int) -> NetworkRecogniser:
        module = import_module(f"ser_tasks.models.networks.{name}")  # loads Keras and its backend
        return NetworkRecogniser(getattr(module, f"build_{name}"), section, classes=classes, seed=seed)

    def section(params: Params) -> NetworkSection:
        return NetworkSection(getattr(params.networks, name), params.training)

    code = (f"ser_tasks.models.networks.{name}", "ser_tasks.training.trainer")
    return Model(build, section, feature_set, speaker_norm=speaker_norm, code=code)


class NetworkRecogniser:
    """One network, one fold."""

    def __init__(
        self, build: Callable[..., Any], section: NetworkSection, *, classes: Sequence[str], seed: int
    ) -> None:
        self.build, self.section, self.classes, self.seed = build, section, tuple(classes), seed

    def fit(self, train: Examples, validation: Examples | None) -> Mapping[str, Any]:
        """Train on some speakers, stop by the UAR on others, calibrate on those."""
        import keras  # noqa: PLC0415  with the networks

        from ser_tasks.models.networks.standardise import set_input_statistics  # noqa: PLC0415
        from ser_tasks.training.trainer import Labelled, network_logits  # noqa: PLC0415
        from ser_tasks.training.trainer import train as run_training  # noqa: PLC0415

        learn, check = self._divide(train, validation)
        keras.utils.set_random_seed(self.seed)
        sizes = self.section.sizes.model_dump()
        self.model = self.build(n_dims=train.features[0].shape[1], n_classes=len(self.classes), **sizes)
        everything = np.concatenate(learn.features)
        set_input_statistics(self.model, mean=everything.mean(axis=0), std=everything.std(axis=0))
        history = run_training(
            self.model,
            Labelled(list(learn.features), self._indices(learn)),
            Labelled(list(check.features), self._indices(check)),
            settings=self.section.training,
            seed=self.seed,
        )
        logits = network_logits(self.model, list(check.features), batch_size=self.section.training.batch_size)
        self.temperature = fit_temperature(logits, self._indices(check))
        return {
            "epochs": len(history.epochs),
            "best_epoch": history.best_epoch,
            "val_uar": round(history.best_uar, 4),
            "parameters": int(self.model.count_params()),
            "seconds_per_epoch": round(float(np.median([epoch.seconds for epoch in history.epochs])), 2),
            "temperature": self.temperature,
        }

    def posteriors(self, features: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes)."""
        from ser_tasks.training.trainer import network_logits  # noqa: PLC0415

        logits = network_logits(self.model, features, batch_size=self.section.training.batch_size)
        return posteriors(logits, self.temperature)

    def _divide(self, train: Examples, validation: Examples | None) -> tuple[Examples, Examples]:
        if validation is not None:
            return train, validation
        share = self.section.training.validation_share
        drawn = validation_speakers(train.emotions, train.speakers, share=share, seed=self.seed)
        return train.part(list(np.flatnonzero(~drawn))), train.part(list(np.flatnonzero(drawn)))

    def _indices(self, examples: Examples) -> NDArray[np.integer]:
        return np.searchsorted(self.classes, examples.emotions)
