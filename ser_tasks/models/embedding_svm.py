"""An SVM on what a network makes of an utterance: the values of the layer before its logits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.declared_model import DeclaredModel
from ser_tasks.models.network import NetworkRecogniser, NetworkSection, network
from ser_tasks.models.recogniser import Examples, Features

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.svm import SvmRecogniser
    from ser_tasks.params import Params, SvmParams


@dataclass(frozen=True)
class EmbeddingSvmSection:
    """Settings of both in params.yaml."""

    network: NetworkSection
    svm: SvmParams

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Plain values: the network's, its training and backend among them, and below `svm` the SVM's."""
        return {**self.network.model_dump(**options), "svm": self.svm.model_dump(**options)}


def embedding_svm(name: str, feature_set: str) -> DeclaredModel:
    """A line of the model table: the SVM of `svm.py` behind the network of this name; arguments as of `network`."""
    learner = network(name, feature_set)

    def build(section: EmbeddingSvmSection, *, classes: Sequence[str], seed: int) -> EmbeddingSvmRecogniser:
        from ser_tasks.models.svm import SvmRecogniser  # noqa: PLC0415  with scikit-learn

        own_network = cast(NetworkRecogniser, learner.build(section.network, classes=classes, seed=seed))
        return EmbeddingSvmRecogniser(own_network, SvmRecogniser(section.svm, classes=classes, seed=seed))

    def section(params: Params) -> EmbeddingSvmSection:
        return EmbeddingSvmSection(learner.section(params), params.embedding_svm)

    return DeclaredModel(
        build,
        section,
        feature_set,
        "embeddings",
        seeds=learner.seeds,
        code=learner.code,
        keras=True,
        section_name="embedding_svm",
        module=learner.module,
    )


class EmbeddingSvmRecogniser:
    """One network and one SVM, one fold.

    Both are trained on the training part of the fold alone; the speakers that the network sets aside for early stopping
    are of that part. The SVM's inner folds keep speakers apart, but the network was trained or stopped on all of
    those speakers: the inner UAR by which C is chosen is too high, and the temperature, fitted on the same scores,
    may leave the posteriors overconfident. Neither has seen the test part: its UAR is unbiased.

    Args:
        network: untrained
        svm: unfitted
    """

    def __init__(self, network: NetworkRecogniser, svm: SvmRecogniser) -> None:
        self.network, self.svm = network, svm
        self.pipeline = svm.pipeline  # in sight of the leak audit

    @property
    def temperature(self) -> float:
        """Of the posteriors: the SVM's."""
        return self.svm.temperature

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Train the network, then fit the SVM on its embeddings of the same utterances; augmented copies count."""
        learnt = self.network.fit(train, validation, folder=folder)
        chosen = self.svm.fit(self._embedded(train), None if validation is None else self._embedded(validation))
        return {**{f"network.{name}": value for name, value in learnt.items()}, **chosen}

    def posteriors(self, features: Features) -> NDArray[np.float64]:
        """Shape (n_utterances, n_classes)."""
        return self.svm.posteriors(self.embeddings(features))

    def embeddings(self, features: Features) -> NDArray[np.float32]:
        """Input of the SVM, shape (n_utterances, n_units)."""
        return np.asarray(self.network.embeddings(features), np.float32)

    def _embedded(self, examples: Examples) -> Examples:
        copies = tuple(self.embeddings(features) for features in examples.copies)
        return Examples(self.embeddings(examples.features), examples.emotions, examples.speakers, copies)
