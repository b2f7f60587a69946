"""Three convolution blocks, BLSTM and attention on the log-mel spectrogram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import PositiveInt

from ser_tasks.models.search_space import DROPOUT, SPECTROGRAMS, UNITS, SearchSpace, one_of
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    import keras

N_BLOCKS = 3


class CnnBlstmAttentionParams(NetworkParams):
    """Sizes of cnn_blstm_attention."""

    filters: PositiveInt  # of the first block; each other has twice as many as the one before
    units: PositiveInt  # of each direction of the BLSTM
    embedding: PositiveInt  # units of the layer before the logits
    dropout: Dropout  # of the embedding


SPACE: SearchSpace = {
    **SPECTROGRAMS,
    "filters": one_of("8", "16"),
    "units": UNITS,
    "embedding": UNITS,
    "dropout": DROPOUT,
}


def build_cnn_blstm_attention(
    *, n_dims: int, n_classes: int, filters: int, units: int, embedding: int, dropout: float
) -> keras.Model:
    """Log-mel (batch, n_frames, n_dims) -> logits (batch, n_classes).

    Three blocks of 5 x 5 convolution, batch norm, ReLU and halving: (batch, n_frames / 8, n_dims / 8, 4 filters), sizes
    rounded up -> bands beside each other -> BLSTM (batch, n_frames / 8, 2 units) -> attention (batch, 2 units) ->
    embedding -> logits. As published: 40 bands, filters 8, units 64, embedding 64, dropout 0.5.

    Args:
        n_dims: mel bands
        n_classes: of the answer
        filters: of the first block; doubled by each of the others
        units: of each direction of the BLSTM
        embedding: units of the layer before the logits
        dropout: of the embedding

    Differences from the original: the attention score of a frame is w·x_t, as its README has it, instead of a dense map
    over 50 fixed positions; batch normalisation and attention leave out padding.

    Source: ki4ai-skc/merc2020
    """
    import keras
    from keras import layers

    from ser_tasks.models.networks.conv_block import bands_as_channels, conv_block
    from ser_tasks.models.networks.masked_input import masked_input
    from ser_tasks.models.networks.pooling import LearnedVectorAttention
    from ser_tasks.models.networks.recurrent import blstm

    inputs, x, real = masked_input(n_dims)
    x = layers.Reshape((-1, n_dims, 1))(x)
    for block in range(N_BLOCKS):
        x, real = conv_block(x, real, filters=filters * 2**block, kernel_size=5)
    x = blstm(bands_as_channels(x), real, units=units, dropout=0.0)
    x, _ = LearnedVectorAttention(name="attention")(x, real)
    x = layers.Dense(embedding, activation="relu", name="embedding")(x)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="cnn_blstm_attention")
