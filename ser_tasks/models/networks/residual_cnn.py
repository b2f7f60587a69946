"""A residual CNN on the log-mel spectrogram with attentive statistics pooling, to be trained from scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, PositiveInt

from ser_tasks.models.search_space import DROPOUT, SPECTROGRAMS, UNITS, SearchSpace, one_of
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras

STEM_KERNEL = 5


class ResidualCnnParams(NetworkParams):
    """Sizes of residual_cnn."""

    filters: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]  # of each residual block
    time_stride: PositiveInt  # frames
    frame_units: PositiveInt  # of each frame before pooling
    attention_units: PositiveInt  # hidden units of the attention
    embedding: PositiveInt  # units of the layer before the logits
    dropout: Dropout  # before and after the embedding


SPACE: SearchSpace = {
    **SPECTROGRAMS,
    "filters": one_of("[16, 32]", "[16, 32, 64]", "[32, 64, 128]"),
    "time_stride": one_of("2", "4"),
    "frame_units": UNITS,
    "attention_units": UNITS,
    "embedding": UNITS,
    "dropout": DROPOUT,
}


def build_residual_cnn(
    *,
    n_dims: int,
    n_classes: int,
    filters: Sequence[int],
    time_stride: int,
    frame_units: int,
    attention_units: int,
    embedding: int,
    dropout: float,
) -> keras.Model:
    """Log-mel (batch, n_frames, n_dims) -> logits (batch, n_classes).

    Stem of stride (time_stride, 2): (batch, n_frames / time_stride, n_dims / 2, filters[0]) -> one residual block per
    entry of `filters`, each but the first halving time and bands -> bands beside each other -> dense layer on each
    frame (batch, ., frame_units) -> attentive mean and standard deviation (batch, 2 frame_units) -> embedding ->
    logits. Sizes are rounded up. With 64 bands, filters 24, 48, 96 and time_stride 2, a frame at the end is 80 ms.

    Args:
        n_dims: mel bands
        n_classes: of the answer
        filters: of each residual block
        time_stride: of the stem, in frames: 2 or 4 make an epoch cheap
        frame_units: of each frame before pooling
        attention_units: hidden units of the attention
        embedding: units of the layer before the logits
        dropout: before and after the embedding

    Source: He et al. (2016), doi:10.1109/CVPR.2016.90; pooling: Okabe et al. (2018), doi:10.21437/Interspeech.2018-993
    """
    import keras
    from keras import layers

    from ser_tasks.models.networks.batch_norm import batch_norm
    from ser_tasks.models.networks.conv_block import bands_as_channels
    from ser_tasks.models.networks.keep_real import KeepReal
    from ser_tasks.models.networks.masked_input import masked_input
    from ser_tasks.models.networks.pooling import AttentiveStatistics
    from ser_tasks.models.networks.residual_block import residual_block, strided_conv

    inputs, x, mask = masked_input(n_dims)
    x, real = layers.Reshape((-1, n_dims, 1))(x), mask[:, ::time_stride]
    x = strided_conv(x, filters=filters[0], kernel_size=STEM_KERNEL, stride=(time_stride, 2))
    x = KeepReal()(layers.ReLU()(batch_norm(x, real)), real)
    for place, width in enumerate(filters):
        x, real = residual_block(x, real, filters=width, stride=1 if place == 0 else 2)
    x = layers.Dense(frame_units, use_bias=False)(bands_as_channels(x))
    x = layers.ReLU()(batch_norm(x, real))
    x, _ = AttentiveStatistics(units=attention_units, name="attention")(x, real)
    x = layers.Dense(embedding, activation="relu", name="embedding")(layers.Dropout(dropout)(x))
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="residual_cnn")
