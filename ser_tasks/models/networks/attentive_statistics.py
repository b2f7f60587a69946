"""A dense layer on every frame, and attention that takes mean and deviation over time: for frames of an encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import PositiveInt

from ser_tasks.models.search_space import DROPOUT, FRAMES, MIXUP, UNITS, SearchSpace, one_of, steps
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    import keras

OUTLIER = 5.0  # standard deviations: no single unit of an unseen voice outvotes the rest


class AttentiveStatisticsParams(NetworkParams):
    """Sizes of attentive_statistics."""

    input_dropout: Dropout  # share of the units hidden in each step
    units: PositiveInt  # of the dense layer
    attention_units: PositiveInt  # of the hidden layer that scores a frame
    dropout: Dropout  # of the embedding


SPACE: SearchSpace = {
    **FRAMES,
    **MIXUP,
    "input_dropout": steps(0, 0.5, 0.1),
    "units": one_of("64", "128", "256"),
    "attention_units": UNITS,
    "dropout": DROPOUT,
}


def build_attentive_statistics(
    *, n_dims: int, n_classes: int, input_dropout: float, units: int, attention_units: int, dropout: float
) -> keras.Model:
    """Frames (batch, n_frames, n_dims) -> logits (batch, n_classes).

    Standardised and clipped -> dropout -> dense, ReLU (batch, n_frames, units) -> attentive statistics
    (batch, 2 units), the embedding -> dropout -> logits. The dense layer mixes the layers of an encoder.

    Args:
        n_dims: of one frame
        n_classes: of the output
        input_dropout: share of the dimensions hidden in each training step
        units: of the dense layer
        attention_units: of the hidden layer that scores a frame
        dropout: of the embedding

    Source: Okabe et al. (2018), doi:10.21437/Interspeech.2018-993
    """
    import keras
    from keras import layers, ops

    from ser_tasks.models.networks.masked_input import masked_input
    from ser_tasks.models.networks.pooling import AttentiveStatistics

    inputs, x, mask = masked_input(n_dims)
    x = layers.Dropout(input_dropout)(ops.clip(x, -OUTLIER, OUTLIER))
    x = layers.Dense(units, activation="relu")(x)
    x, _ = AttentiveStatistics(units=attention_units, name="attention")(x, mask)
    x = layers.Identity(name="embedding")(x)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="attentive_statistics")
