"""Two levels: words of each turn, then the turns of the dialogue so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import PositiveInt

from ser_tasks.models.search_space import UNITS, WORDS, SearchSpace, whole
from ser_tasks.params.base import Dropout
from ser_tasks.params.text import TextNetworkParams

if TYPE_CHECKING:
    import keras


class DialogueBlstmParams(TextNetworkParams):
    """Sizes of dialogue_blstm."""

    previous_turns: PositiveInt  # at most, besides the utterance itself
    units: PositiveInt  # of each direction
    dense: PositiveInt  # of the embedding
    word_dropout: Dropout  # share of the words taken for unknown ones
    dropout: Dropout  # of the word vectors, and of the embedding


SPACE: SearchSpace = {**WORDS, "previous_turns": whole(1, 4), "dense": UNITS}


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
    import keras
    from keras import layers, ops

    from ser_tasks.models.networks.pooling import LearnedVectorAttention, QueryAttention
    from ser_tasks.models.networks.recurrent import blstm
    from ser_tasks.models.text.token_embedding import text_input
    from ser_tasks.models.text.turn_masks import TurnMasks

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
