"""LSTM or BLSTM on low-level descriptors, attending to what resembles its last state."""

import keras
from keras import layers

from ser_tasks.models.networks.masked_input import masked_input
from ser_tasks.models.networks.pooling import QueryAttention
from ser_tasks.models.networks.recurrent import lstm


def build_lstm_attention(
    *, n_dims: int, n_classes: int, units: int, bidirectional: bool, input_dropout: float, dropout: float
) -> keras.Model:
    """LLD (batch, n_frames, n_dims) -> logits (batch, n_classes).

    LSTM (batch, n_frames, units or 2 units) -> softmax over time of h_t·h_last (batch, units or 2 units), the
    embedding -> logits. h_last is the state at the last real frame, and of the backward direction at the first.

    Args:
        n_dims: of one frame
        n_classes: of the answer
        units: of each direction
        bidirectional: a BLSTM; seed 003 has one direction
        input_dropout: of the frames
        dropout: of the embedding

    Mends: seed 003 attended to padding and took its last state from there, did not scale its input (3-6), and
    ignored the switch for both directions (3-7).

    Source: PiotrSobczak/speech-emotion-recognition (seed 003)
    """
    inputs, x, mask = masked_input(n_dims)
    x = layers.Dropout(input_dropout)(x)
    x, last = lstm(x, mask, units=units, bidirectional=bidirectional, dropout=0.0)
    x, _ = QueryAttention(name="attention")(x, mask, last)
    x = layers.Identity(name="embedding")(x)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="lstm_attention")
