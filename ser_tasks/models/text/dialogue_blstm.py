"""Two levels: words of each turn, then the turns of the dialogue so far."""

from typing import Any

import keras
from keras import layers, ops

from ser_tasks.models.networks.pooling import LearnedVectorAttention, QueryAttention
from ser_tasks.models.networks.recurrent import blstm
from ser_tasks.models.text.token_embedding import text_input


@keras.saving.register_keras_serializable("ser")
class TurnMasks(layers.Layer):  # type: ignore[misc]  # keras has no types
    """Which tokens belong to which turn: (batch, n_turns, n_tokens), turn 0 the one to be recognised."""

    def __init__(self, *, n_turns: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n_turns = n_turns

    def call(self, frames: Any, real: Any) -> Any:
        """Frames as `token_frames` writes them, and their mask."""
        turns = ops.arange(self.n_turns, dtype="float32")[None, :, None]
        return ops.cast(frames[:, None, :, 1] == turns, "float32") * real[:, None, :]

    def compute_output_shape(self, frames_shape: tuple[int | None, ...], real_shape: Any) -> tuple[int | None, ...]:
        """One mask for each turn."""
        return frames_shape[0], self.n_turns, frames_shape[1]

    def get_config(self) -> dict[str, Any]:
        """What the constructor needs."""
        return {**super().get_config(), "n_turns": self.n_turns}


def build_dialogue_blstm(
    *,
    n_words: int,
    n_classes: int,
    previous_turns: int,
    embedding: int,
    units: int,
    dense: int,
    word_dropout: float,
    dropout: float,
) -> keras.Model:
    """Tokens of some turns (batch, n_tokens, 3) -> logits (batch, n_classes).

    Word vectors, with who said them and how long ago (batch, n_tokens, embedding + 2) -> BLSTM over the whole dialogue
    (batch, n_tokens, 2 units) -> attention inside each turn (batch, turns, 2 units) -> the turn itself beside what of
    the earlier ones resembles it (batch, 4 units) -> dense, the embedding -> logits. A turn that was not said weighs 0.

    Args:
        n_words: numbers of the vocabulary
        n_classes: of the answer
        previous_turns: at most, one or more
        embedding: dimensions of a word vector
        units: of each direction
        dense: units of the embedding
        word_dropout: probability of a word to be taken for an unknown one
        dropout: of the word vectors and of the embedding

    Source: the two levels of Yang et al. (2016), doi:10.18653/v1/N16-1174, and the context of Poria et al. (2017),
    doi:10.18653/v1/P17-1081, with past turns only
    """
    inputs, x, frames, mask = text_input(n_words=n_words, units=embedding, word_dropout=word_dropout)
    x = layers.Concatenate()([layers.Dropout(dropout)(x), frames[..., 1:]])
    x = blstm(x, mask, units=units, dropout=0.0)
    masks = TurnMasks(n_turns=1 + previous_turns, name="turns")(frames, mask)
    inside = LearnedVectorAttention(name="attention")
    own, *before = [inside(x, masks[:, turn])[0] for turn in range(1 + previous_turns)]
    said = ops.max(masks[:, 1:], axis=-1)  # (batch, previous_turns)
    context, _ = QueryAttention(name="context")(ops.stack(before, axis=1), said, own)
    x = layers.Dropout(dropout)(layers.Concatenate()([own, context]))
    x = layers.Dense(dense, activation="relu", name="embedding")(x)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="dialogue_blstm")
