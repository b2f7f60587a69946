"""BLSTM with local attention on low-level descriptors, and Wang's variant of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import PositiveInt

from ser_tasks.errors import UserError
from ser_tasks.models.search_space import DROPOUT, FRAMES, UNITS, SearchSpace, one_of
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    import keras


class BlstmAttentionParams(NetworkParams):
    """Sizes of blstm_attention."""

    dense: PositiveInt  # units of each of the two dense layers
    units: PositiveInt  # of each direction of the BLSTM
    attention: Literal["learned_vector", "constant_vector"]  # of the paper, or of Wang
    dropout: Dropout  # after each dense layer, and into the BLSTM


SPACE: SearchSpace = {
    **FRAMES,
    "dense": one_of("64", "128", "256"),
    "units": UNITS,
    "attention": one_of("learned_vector", "constant_vector"),
    "dropout": DROPOUT,
}


def build_blstm_attention(
    *, n_dims: int, n_classes: int, dense: int, units: int, attention: str, dropout: float
) -> keras.Model:
    """LLD (batch, n_frames, n_dims) -> logits (batch, n_classes).

    Two dense layers on each frame (batch, n_frames, dense) -> BLSTM (batch, n_frames, 2 units) -> attention
    (batch, 2 units), the embedding -> logits. As published: dense 512, units 128, dropout 0.5.

    Args:
        n_dims: of one frame
        n_classes: of the output
        dense: units of each dense layer
        units: of each direction of the BLSTM
        attention: 'learned_vector' (the paper) or 'constant_vector' (Wang)
        dropout: after each dense layer, and of what goes into the BLSTM

    Differences from the original: padding, which had most of the attention, has none; the attention vector is learned,
    so that it can focus (`learned_vector`); descriptors are not normalised across one frame.

    Source: Mirsamadi et al. (2017), doi:10.1109/ICASSP.2017.7952552; RayanWang/Speech_emotion_recognition_BLSTM
    """
    import keras
    from keras import layers

    from ser_tasks.models.networks.masked_input import masked_input
    from ser_tasks.models.networks.pooling import ConstantVectorAttention, LearnedVectorAttention
    from ser_tasks.models.networks.recurrent import blstm

    ways = {"learned_vector": LearnedVectorAttention, "constant_vector": ConstantVectorAttention}
    if attention not in ways:
        raise UserError(
            f"blstm_attention: attention is '{attention}', but there are {sorted(ways)}. Fix it in params.yaml."
        )
    inputs, x, mask = masked_input(n_dims)
    for _ in range(2):
        x = layers.Dropout(dropout)(layers.Dense(dense, activation="relu")(x))
    x = blstm(x, mask, units=units, dropout=dropout)
    x, _ = ways[attention](name="attention")(x, mask)
    x = layers.Identity(name="embedding")(x)
    return keras.Model(inputs, layers.Dense(n_classes, dtype="float32", name="logits")(x), name="blstm_attention")
