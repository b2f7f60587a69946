"""From a sequence of vectors to logits: BLSTM, attention over time, dense layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import layers

from ser_tasks.errors import UserError
from ser_tasks.models.networks.pooling import DotSelfAttention, LearnedVectorAttention
from ser_tasks.models.networks.recurrent import blstm

WAYS = {"dot": DotSelfAttention, "learned_vector": LearnedVectorAttention}


def check_attention(attention: str, *, network: str) -> None:
    """Raise UserError for an attention that is not there."""
    if attention not in WAYS:
        raise UserError(f"{network}: attention is '{attention}', but there are {sorted(WAYS)}. Fix it in params.yaml.")


def attended_logits(
    x: Any, real: Any, *, n_classes: int, units: int, attention: str, dense: Sequence[int], dropout: float
) -> Any:
    """(batch, n_steps, .) -> BLSTM -> attention (batch, 2 units) -> dense layers -> logits (batch, n_classes).

    Args:
        x: any sequence
        real: (batch, n_steps), 0 on padding
        n_classes: of the answer
        units: of each direction
        attention: 'dot' (self-attention, then the mean) or 'learned_vector'
        dense: units of each dense layer, with ReLU; the last is called 'embedding'
        dropout: after the first and after the last of them

    Source: AnkushMalaker/pretrained-dcnn-attention-ser after Zhang et al. (2021), doi:10.3389/fphys.2021.643202
    """
    x, _ = WAYS[attention](name="attention")(blstm(x, real, units=units, dropout=0.0), real)
    for place, width in enumerate(dense, start=1):
        last = place == len(dense)
        x = layers.Dense(width, activation="relu", name="embedding" if last else None)(x)
        if last or place == 1:
            x = layers.Dropout(dropout)(x)
    return layers.Dense(n_classes, dtype="float32", name="logits")(x)
