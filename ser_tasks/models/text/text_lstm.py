"""LSTM and BLSTM over the words of an utterance, with or without attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import PositiveInt

from ser_tasks.errors import UserError
from ser_tasks.models.search_space import WORDS, SearchSpace, one_of
from ser_tasks.params.base import Dropout, Section
from ser_tasks.params.text import TextNetworkParams

if TYPE_CHECKING:
    import keras

POOLING = ("last", "mean", "attention", "self_attention")


class TextLstmSizes(Section):
    """Of text_lstm."""

    embedding: PositiveInt  # dimensions of a word
    units: PositiveInt  # of each direction
    bidirectional: bool  # false: forwards alone
    pooling: Literal["last", "mean", "attention", "self_attention"]  # of the states, over time
    word_dropout: Dropout  # share of the words taken for unknown ones
    dropout: Dropout  # of the word vectors, and of the embedding


class TextLstmParams(TextLstmSizes, TextNetworkParams):
    """text_lstm."""


SPACE: SearchSpace = {
    **WORDS,
    "bidirectional": one_of("true", "false"),
    "pooling": one_of("last", "mean", "attention", "self_attention"),
}


def build_text_lstm(
    *,
    n_words: int,
    n_classes: int,
    embedding: int,
    units: int,
    bidirectional: bool,
    pooling: str,
    word_dropout: float,
    dropout: float,
) -> keras.Model:
    """Tokens (batch, n_tokens, 3) -> logits (batch, n_classes).

    Word vectors (batch, n_tokens, embedding) -> LSTM or BLSTM (batch, n_tokens, units or 2 units) -> pooling, the
    embedding (batch, units or 2 units) -> logits.

    Args:
        n_words: numbers of the vocabulary
        n_classes: of the answer
        embedding: dimensions of a word vector
        units: of each direction
        bidirectional: both directions
        pooling: 'last' state, 'mean', 'attention' (learned vector) or 'self_attention' (dot product) over time
        word_dropout: probability of a word to be taken for an unknown one
        dropout: of the word vectors and of the embedding

    Differences from the original: no attention to padding; two directions where the name states it.

    Source: PiotrSobczak/speech-emotion-recognition; Luong et al. (2015), doi:10.18653/v1/D15-1166
    """
    import keras
    from keras import layers

    from ser_tasks.models.networks.pooling import DotSelfAttention, LearnedVectorAttention, MaskedMean
    from ser_tasks.models.networks.recurrent import lstm
    from ser_tasks.models.text.token_embedding import text_input

    if pooling not in POOLING:
        raise UserError(f"text_lstm: pooling is '{pooling}', but there are {sorted(POOLING)}. Fix it in params.yaml.")
    inputs, x, _, mask = text_input(n_words=n_words, units=embedding, word_dropout=word_dropout)
    x, last = lstm(layers.Dropout(dropout)(x), mask, units=units, bidirectional=bidirectional, dropout=0.0)
    if pooling == "mean":
        x = MaskedMean(name="mean")(x, mask)
    elif pooling == "last":
        x = last
    else:
        attention = LearnedVectorAttention if pooling == "attention" else DotSelfAttention
        x, _ = attention(name="attention")(x, mask)
    x = layers.Identity(name="embedding")(x)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="text_lstm")
