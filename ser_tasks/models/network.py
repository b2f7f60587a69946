"""Any network of `networks/` as a recogniser: built, trained with speakers of its own for validation, calibrated."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.calibration import fit_temperature, posteriors
from ser_tasks.models.declared_model import DeclaredModel
from ser_tasks.models.recogniser import Examples, Features
from ser_tasks.models.training.input_statistics import mean_and_std
from ser_tasks.models.training.validation import validation_speakers

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.training.history import History
    from ser_tasks.models.training.trainer import Labelled
    from ser_tasks.params import NetworkParams, Params, TrainingParams


@dataclass(frozen=True)
class NetworkSection:
    """Settings of a network in params.yaml: its own sizes, and its training."""

    network: NetworkParams

    @property
    def sizes(self) -> dict[str, Any]:
        """Arguments of its builder."""
        return self.network.model_dump(exclude={"training"})

    @property
    def training(self) -> TrainingParams:
        """The section training, with what this network has of its own."""
        return self.network.training

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Plain values, and the Keras backend: another one gives slightly other weights."""
        values = self.network.model_dump(exclude={"training": {"seeds"}}, **options)  # one more seed leaves the others
        return {**values, "backend": os.environ.get("KERAS_BACKEND", "tensorflow")}


def network(name: str, feature_set: str, *, section_name: str = "", speaker_norm: bool = False) -> DeclaredModel:
    """A line of the model table; Keras is loaded when a fold begins, not before.

    Args:
        name: of its file in `networks/`
        feature_set: what it reads
        section_name: below `networks` in params.yaml; empty: that of its file
        speaker_norm: see Model
    """
    module = _module(name)

    def build(section: NetworkSection, *, classes: Sequence[str], seed: int) -> NetworkRecogniser:
        return NetworkRecogniser(network_builder(name), section, classes=classes, seed=seed)

    def section(params: Params) -> NetworkSection:
        return NetworkSection(getattr(params.networks, section_name or name))

    def seeds(params: Params) -> int:
        return section(params).training.seeds

    return DeclaredModel(
        build,
        section,
        feature_set,
        feature_set,
        seeds=seeds,
        speaker_norm=speaker_norm,
        code=(f"{module}.build_{name}", "ser_tasks.models.training.trainer"),
        keras=True,
        section_name=f"networks.{section_name or name}",
        module=module,
    )


def published(name: str, feature_set: str) -> DeclaredModel:
    """The same network once more, with sizes, training and features as published: its section is NAME_published."""
    return network(name, feature_set, section_name=f"{name}_published")


def network_builder(name: str) -> Callable[..., Any]:
    """`build_NAME` of `networks/NAME.py`; loads Keras and its backend."""
    builder: Callable[..., Any] = getattr(import_module(_module(name)), f"build_{name}")
    return builder


def _module(name: str) -> str:
    return f"ser_tasks.models.networks.{name}"


class NetworkRecogniser:
    """One network, one fold."""

    def __init__(
        self, build: Callable[..., Any], section: NetworkSection, *, classes: Sequence[str], seed: int
    ) -> None:
        self.build, self.section, self.classes, self.seed = build, section, tuple(classes), seed

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Train on some speakers, stop by the UAR on others, calibrate on those; with `refit`, train again on all."""
        from ser_tasks.models.training.logits import network_logits  # noqa: PLC0415

        training = self.section.training
        learn, check = (self._labelled(part) for part in self._divide(train, validation))
        history = self._train(learn, check, folder, epochs=training.epochs)
        logits = network_logits(self.model, check.frames, settings=training)
        known = np.isin(check.truth, learn.truth)  # a prediction of the others is never right, however unsure
        self.temperature = fit_temperature(logits[known], check.truth[known])
        if training.refit:
            everything = self._labelled(train if validation is None else train.and_also(validation))
            self._train(everything, None, folder and folder / "refit", epochs=history.kept_epoch)
        return {
            "epochs": len(history.epochs),
            "kept_epoch": history.kept_epoch,
            "val_uar": round(float(history.kept.val_uar or 0), 4),
            "parameters": int(self.model.count_params()),
            "seconds_per_epoch": round(float(np.median([epoch.seconds for epoch in history.epochs])), 2),
            "temperature": self.temperature,
        }

    def _train(self, learn: Labelled, check: Labelled | None, folder: Path | None, *, epochs: int) -> History:
        from ser_tasks.models.training.trainer import train  # noqa: PLC0415  with Keras

        self.model, settings = self._untrained(learn), self.section.training
        return train(self.model, learn, check, settings=settings, epochs=epochs, seed=self.seed, folder=folder)

    def posteriors(self, features: Features) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes)."""
        return posteriors(self._answers(self.model, features), self.temperature)

    def embeddings(self, features: Features) -> NDArray[np.float64]:
        """Output of the layer before the logits for each utterance, shape (n_utterances, n_units)."""
        from ser_tasks.models.networks.embedding import embedding_model  # noqa: PLC0415  with Keras

        return self._answers(embedding_model(self.model), features)

    def load(self, folder: Path, *, n_dims: int) -> bool:
        """Take the weights that `fit` left in this folder; False where it left none."""
        from ser_tasks.models.training.checkpoint import load_weights  # noqa: PLC0415  with Keras

        self.model = self.build(n_dims=n_dims, n_classes=len(self.classes), **self.section.sizes)
        return load_weights(folder / "refit" if self.section.training.refit else folder, self.model)

    def _answers(self, model: Any, features: Features) -> NDArray[np.float64]:
        from ser_tasks.models.training.logits import network_logits  # noqa: PLC0415

        return network_logits(model, _as_frames(features), settings=self.section.training)

    def _untrained(self, learn: Labelled) -> Any:
        import keras  # noqa: PLC0415

        from ser_tasks.models.networks.standardise import set_input_statistics  # noqa: PLC0415

        keras.config.set_dtype_policy(self.section.training.precision)
        keras.utils.set_random_seed(self.seed)
        n_dims, n_classes = learn.frames[0].shape[1], len(self.classes)
        model = self.build(n_dims=n_dims, n_classes=n_classes, **self.section.sizes)
        mean, std = mean_and_std(learn.frames)
        set_input_statistics(model, mean=mean, std=std)
        return model

    def _divide(self, train: Examples, validation: Examples | None) -> tuple[Examples, Examples]:
        if validation is not None:
            return train, validation
        share = self.section.training.validation_share
        drawn = validation_speakers(train.emotions, train.speakers, share=share, seed=self.seed)
        return train.part(list(np.flatnonzero(~drawn))), train.part(list(np.flatnonzero(drawn)))

    def _labelled(self, examples: Examples) -> Labelled:
        from ser_tasks.models.training.trainer import Labelled  # noqa: PLC0415  with Keras

        truth = np.searchsorted(self.classes, examples.emotions)
        return Labelled(_as_frames(examples.features), truth, tuple(map(_as_frames, examples.copies)))


def _as_frames(features: Features) -> tuple[NDArray[np.float32], ...]:
    """A row of statistics is an utterance of one frame."""
    return features if isinstance(features, tuple) else tuple(np.asarray(row, np.float32)[None] for row in features)
