"""Networks on words as recognisers: as other networks, but for a vocabulary from the training set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.declared_model import DeclaredModel
from ser_tasks.models.network import NetworkRecogniser, NetworkSection
from ser_tasks.models.recogniser import Examples, Features
from ser_tasks.models.text.class_balance import class_shares, rebalanced
from ser_tasks.models.text.read_dialogues import read_dialogues
from ser_tasks.models.text.token_frames import token_frames
from ser_tasks.text.tokens import FIRST, build_vocabulary, tokens
from ser_tasks.text.word_vectors import embedding_matrix, read_word_vectors

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.training.history import History
    from ser_tasks.models.training.trainer import Labelled
    from ser_tasks.params import Params, TextNetworkParams


@dataclass(frozen=True)
class TextNetworkSection(NetworkSection):
    """Settings of a text network in params.yaml."""

    network: TextNetworkParams

    @property
    def sizes(self) -> dict[str, Any]:
        """Arguments of its builder."""
        return self.network.model_dump(exclude={"training", "words"})

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Plain values, and a digest of the file of word vectors: another one gives another network."""
        file = self.network.words.vectors
        digest = sha256(Path(file).read_bytes()).hexdigest() if file and Path(file).is_file() else None
        return {**super().model_dump(**options), "vectors_digest": digest}


def text_network(name: str) -> DeclaredModel:
    """A line of the model table; Keras is loaded when a fold begins, not before."""
    module = f"ser_tasks.models.text.{name}"

    def build(section: TextNetworkSection, *, classes: Sequence[str], seed: int) -> TextNetworkRecogniser:
        return TextNetworkRecogniser(
            getattr(import_module(module), f"build_{name}"), section, classes=classes, seed=seed
        )

    def section(params: Params) -> TextNetworkSection:
        return TextNetworkSection(getattr(params.networks, name))

    def seeds(params: Params) -> int:
        return section(params).training.seeds

    return DeclaredModel(
        build,
        section,
        "transcripts",
        "transcript_networks",
        seeds=seeds,
        code=(f"{module}.build_{name}", "ser_tasks.models.training.trainer"),
        keras=True,
        section_name=f"networks.{name}",
        module=module,
    )


class TextNetworkRecogniser(NetworkRecogniser):
    """One network, one fold. Words are numbered, and vectors read, for the part that weights are trained on."""

    section: TextNetworkSection

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Train as every network; the record has the size of the vocabulary, too."""
        return {**super().fit(train, validation, folder=folder), "words": len(self.vocabulary.words)}

    def _train(self, learn: Labelled, check: Labelled | None, folder: Path | None, *, epochs: int) -> History:
        """Then move the logits from the balance of the training to the one wanted, before they are calibrated."""
        import keras  # noqa: PLC0415  with the networks

        history = super()._train(learn, check, folder, epochs=epochs)
        trained, wanted = float(self.section.training.balance != "none"), self.section.network.words.balance
        shares = class_shares(learn.truth, n_classes=len(self.classes))
        bias = self.model.get_layer("logits").bias
        bias.assign(rebalanced(keras.ops.convert_to_numpy(bias), shares, trained=trained, wanted=wanted))
        return history

    def _divide(self, train: Examples, validation: Examples | None) -> tuple[Examples, Examples]:
        learn, check = super()._divide(train, validation)
        texts = (tokens(dialogue[-1].text) for dialogue in read_dialogues(learn.features))
        self.vocabulary = build_vocabulary(texts, min_count=self.section.network.words.min_count)
        return learn, check

    def _labelled(self, examples: Examples) -> Labelled:
        return super()._labelled(Examples(self._frames(examples.features), examples.emotions, examples.speakers))

    def _answers(self, model: Any, features: Features) -> NDArray[np.float64]:
        return super()._answers(model, self._frames(features))

    def _frames(self, features: Features) -> tuple[NDArray[np.float32], ...]:
        turns = self.section.sizes.get("previous_turns", 0)
        return tuple(token_frames(item, self.vocabulary, previous_turns=turns) for item in read_dialogues(features))

    def _untrained(self, learn: Labelled) -> Any:
        import keras  # noqa: PLC0415  with the networks

        from ser_tasks.models.text.token_embedding import set_word_vectors  # noqa: PLC0415

        keras.config.set_dtype_policy(self.section.training.precision)
        keras.utils.set_random_seed(self.seed)
        sizes = dict(self.section.sizes)
        vectors = self._word_vectors()
        if vectors is not None:
            sizes["embedding"] = vectors.shape[1]
        model = self.build(n_words=len(self.vocabulary), n_classes=len(self.classes), **sizes)
        if vectors is not None:
            set_word_vectors(model, vectors)
        return model

    def _word_vectors(self) -> NDArray[np.float32] | None:
        file, words = self.section.network.words.vectors, self.vocabulary.words
        if file is None:
            return None
        return embedding_matrix(words, read_word_vectors(Path(file), words), first=FIRST, seed=self.seed)
