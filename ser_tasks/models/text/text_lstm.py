"""LSTM and BLSTM over the words of an utterance, with or without attention."""

import keras
from keras import layers

from ser_tasks.errors import UserError
from ser_tasks.models.networks.pooling import DotSelfAttention, LearnedVectorAttention, MaskedMean
from ser_tasks.models.networks.recurrent import lstm
from ser_tasks.models.text.token_embedding import text_input

ATTENTION = {"attention": LearnedVectorAttention, "self_attention": DotSelfAttention}
POOLING = ("last", "mean", *ATTENTION)


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

    Mends: seed 003 attended to padding and had one direction only under every name (3-7).

    Source: PiotrSobczak/speech-emotion-recognition (seed 003); Luong et al. (2015), doi:10.18653/v1/D15-1166
    """
    if pooling not in POOLING:
        raise UserError(f"text_lstm: pooling is '{pooling}', but there are {sorted(POOLING)}. Fix it in params.yaml.")
    inputs, x, _, mask = text_input(n_words=n_words, units=embedding, word_dropout=word_dropout)
    x, last = lstm(layers.Dropout(dropout)(x), mask, units=units, bidirectional=bidirectional, dropout=0.0)
    if pooling == "mean":
        x = MaskedMean(name="mean")(x, mask)
    elif pooling == "last":
        x = last
    else:
        x, _ = ATTENTION[pooling](name="attention")(x, mask)
    x = layers.Identity(name="embedding")(x)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="text_lstm")
