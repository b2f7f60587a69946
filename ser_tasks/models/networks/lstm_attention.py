"""LSTM or BLSTM on low-level descriptors, attending to what resembles its last state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import PositiveInt

from ser_tasks.models.search_space import DROPOUT, FRAMES, UNITS, SearchSpace, one_of, steps
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    import keras


class LstmAttentionParams(NetworkParams):
    """Sizes of lstm_attention."""

    units: PositiveInt  # of each direction
    bidirectional: bool  # false: as Sobczak's
    input_dropout: Dropout  # of the frames
    dropout: Dropout  # of the embedding


SPACE: SearchSpace = {
    **FRAMES,
    "units": UNITS,
    "bidirectional": one_of("true", "false"),
    "input_dropout": steps(0, 0.5, 0.1),
    "dropout": DROPOUT,
}


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
        bidirectional: a BLSTM; Sobczak: one direction
        input_dropout: of the frames
        dropout: of the embedding

    Differences from the original: neither the attention nor the last state is taken from padding; the input is scaled;
    the switch for both directions works.

    Source: PiotrSobczak/speech-emotion-recognition
    """
    import keras
    from keras import layers

    from ser_tasks.models.networks.masked_input import masked_input
    from ser_tasks.models.networks.pooling import QueryAttention
    from ser_tasks.models.networks.recurrent import lstm

    inputs, x, mask = masked_input(n_dims)
    x = layers.Dropout(input_dropout)(x)
    x, last = lstm(x, mask, units=units, bidirectional=bidirectional, dropout=0.0)
    x, _ = QueryAttention(name="attention")(x, mask, last)
    x = layers.Identity(name="embedding")(x)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="lstm_attention")
