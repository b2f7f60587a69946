"""An audio-text network: an acoustic branch and a BLSTM over the words, joined before their output layers."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import layers, ops

from ser_tasks.models.multimodal.feature_fusion import BranchInput, fused
from ser_tasks.models.multimodal.packed import FIRST_DIMENSION, SOUND, WORD
from ser_tasks.models.text.text_lstm import build_text_lstm
from ser_tasks.models.text.token_frames import N_DIMS as TOKEN_COLUMNS


@keras.saving.register_keras_serializable("ser")
class ModalityDropout(layers.Layer):  # type: ignore[misc]  # keras has no types
    """While training, some utterances lose their sound or their words, never both: (batch, n_rows) twice.

    Source: Neverova et al. (2016), doi:10.1109/TPAMI.2015.2461544
    """

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.chance = keras.random.SeedGenerator()

    def call(self, sound: Any, words: Any, training: bool | None = None) -> tuple[Any, Any]:
        """The two masks; of utterances with both, a share of `rate` has one of them all 0, either equally often."""
        if not training or self.rate == 0:
            return sound, words
        both = ops.max(sound, axis=1, keepdims=True) * ops.max(words, axis=1, keepdims=True)
        drawn = keras.random.uniform(ops.shape(both), seed=self.chance)
        deaf, mute = (both * ops.cast(side < self.rate / 2, both.dtype) for side in (drawn, 1 - drawn))
        return sound * (1 - deaf), words * (1 - mute)

    def compute_output_shape(self, sound_shape: Any, words_shape: Any) -> tuple[Any, Any]:
        """As the masks."""
        return sound_shape, words_shape

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "rate": self.rate}


def build_speech_text(
    build_speech: Callable[..., keras.Model],
    *,
    n_dims: int,
    n_words: int,
    n_classes: int,
    speech: Mapping[str, Any],
    text: Mapping[str, Any],
    modality_dropout: float,
    dropout: float,
) -> keras.Model:
    """Sound and words in one array, (batch, n_rows, 2 + n_dims) as in `packed.py` -> logits (batch, n_classes).

    Sound -> the acoustic network up to its embedding; words -> `text_lstm` up to its embedding; zeros for the one that
    an utterance lacks; side by side, the embedding -> dropout -> logits. Both branches learn with the whole.

    Args:
        build_speech: of `networks/`
        n_dims: of a frame of sound
        n_words: numbers of the vocabulary
        n_classes: of the output
        speech, text: what the builders of the branches take besides
        modality_dropout: share of the training utterances that lose one of the two
        dropout: of the embedding

    Source: see `fused`
    """
    frames = keras.Input((None, FIRST_DIMENSION + n_dims), name="frames", dtype="float32")
    mask = keras.Input((None,), name="mask", dtype="float32")
    numbers = ops.where(mask > 0, frames[..., WORD], 0.0)
    heard, read = ModalityDropout(modality_dropout, name="modality_dropout")(
        ops.where(mask > 0, frames[..., SOUND], 0.0), ops.cast(numbers > 0, "float32")
    )
    tokens = ops.stack([numbers] + [ops.zeros_like(numbers)] * (TOKEN_COLUMNS - 1), axis=-1)
    branches = {
        "speech": build_speech(n_dims=n_dims, n_classes=n_classes, **speech),
        "text": build_text_lstm(n_words=n_words, n_classes=n_classes, **text),
    }
    given = {
        "speech": BranchInput(frames[..., FIRST_DIMENSION:], heard, heard),
        "text": BranchInput(tokens, _never_empty(read), read),
    }
    logits = fused(branches, given, n_classes=n_classes, dropout=dropout)
    return keras.Model({"frames": frames, "mask": mask}, logits, name="speech_text")


def _never_empty(mask: Any) -> Any:
    """One step where there is none, as cuDNN's LSTM wants it; what comes of it does not count."""
    absent = 1 - ops.max(mask, axis=1, keepdims=True)
    return ops.concatenate([ops.maximum(mask[:, :1], absent), mask[:, 1:]], axis=1)
