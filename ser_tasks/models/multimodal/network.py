"""Audio-text networks as recognisers: as other networks, but for their inputs."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.features.audio_text import SpeechAndWords, joint
from ser_tasks.models.declared_model import DeclaredModel
from ser_tasks.models.multimodal.packed import Packed
from ser_tasks.models.network import NetworkRecogniser
from ser_tasks.models.recogniser import Examples, Features
from ser_tasks.models.text.network import TextNetworkRecogniser, TextNetworkSection
from ser_tasks.models.training.input_statistics import mean_and_std
from ser_tasks.text.tokens import build_vocabulary, tokens

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.training.trainer import Labelled
    from ser_tasks.params import Params

GROUP = "speech_and_words"


def speech_text_network(name: str, feature_set: str) -> DeclaredModel:
    """A line of the model table; Keras is loaded when a fold begins, not before.

    Args:
        name: of its file beside this one, and of its section below `networks` in params.yaml
        feature_set: what its acoustic branch reads
    """
    module = f"ser_tasks.models.multimodal.{name}"

    def build(section: TextNetworkSection, *, classes: Sequence[str], seed: int) -> SpeechTextRecogniser:
        joined = getattr(import_module(module), f"build_{name}")
        return SpeechTextRecogniser(joined, section, classes=classes, seed=seed)

    def section(params: Params) -> TextNetworkSection:
        return TextNetworkSection(getattr(params.networks, name))

    def seeds(params: Params) -> int:
        return section(params).training.seeds

    return DeclaredModel(
        build,
        section,
        joint(feature_set),
        GROUP,
        seeds=seeds,
        code=(f"{module}.build_{name}", "ser_tasks.models.training.trainer"),
        keras=True,
        section_name=f"networks.{name}",
        module=module,
    )


class SpeechTextRecogniser(TextNetworkRecogniser):
    """One network, one fold.

    Vocabulary and input statistics come from the part that weights are trained on, and there from the utterances that
    have words, or sound. An utterance that lacks one of the two is trained on, and predicted, by the other.
    """

    def _divide(self, train: Examples, validation: Examples | None) -> tuple[Examples, Examples]:
        learn, check = NetworkRecogniser._divide(self, train, validation)
        items = read_items(learn.features)
        sound = next((item.frames for item in items if item.frames is not None), None)
        if sound is None:
            raise UserError("no utterance of the training part has sound. Take a model that reads transcripts alone.")
        self.n_dims = sound.shape[1]
        texts = (tokens(item.text) for item in items if item.text is not None)
        self.vocabulary = build_vocabulary(texts, min_count=self.section.network.words.min_count)
        return learn, check

    def _labelled(self, examples: Examples) -> Labelled:
        from ser_tasks.models.training.trainer import Labelled  # noqa: PLC0415  with Keras

        truth = np.searchsorted(self.classes, examples.emotions)
        return Labelled(self._packed(examples.features), truth, tuple(map(self._packed, examples.copies)))

    def _answers(self, model: Any, features: Features) -> NDArray[np.float64]:
        from ser_tasks.models.training.logits import network_logits  # noqa: PLC0415

        return network_logits(model, self._packed(features), settings=self.section.training)

    def _packed(self, features: Features) -> Packed:
        return Packed(read_items(features), self.vocabulary, n_dims=self.n_dims)

    def _untrained(self, learn: Labelled) -> Any:
        import keras  # noqa: PLC0415  with the networks

        from ser_tasks.models.networks.standardise import set_input_statistics  # noqa: PLC0415
        from ser_tasks.models.text.token_embedding import set_word_vectors  # noqa: PLC0415

        keras.config.set_dtype_policy(self.section.training.precision)
        keras.utils.set_random_seed(self.seed)
        sizes, vectors = dict(self.section.sizes), self._word_vectors()
        if vectors is not None:
            sizes["text"] = sizes["text"] | {"embedding": vectors.shape[1]}
        model = self.build(n_dims=self.n_dims, n_words=len(self.vocabulary), n_classes=len(self.classes), **sizes)
        if vectors is not None:
            set_word_vectors(model.get_layer("text"), vectors)
        assert isinstance(learn.frames, Packed)  # `_labelled` made it
        mean, std = mean_and_std([frames for frames in learn.frames.sound if frames is not None])
        set_input_statistics(model.get_layer("speech"), mean=mean, std=std)
        return model


def read_items(features: Any) -> tuple[SpeechAndWords, ...]:
    """The features of some utterances, if they are sound and words of each.

    Raises:
        UserError: they are something else
    """
    if isinstance(features, tuple) and all(isinstance(item, SpeechAndWords) for item in features):
        return features
    found = type(features[0]).__name__ if len(features) else "nothing"
    raise UserError(
        f"a model that hears and reads was given features of another kind ({found}). "
        "In the table of models, its feature set must be that of `joint`."
    )
