"""Dense layers on statistics of the whole utterance: what a network makes of what the SVM reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, PositiveInt

from ser_tasks.models.search_space import DROPOUT, LEARNING, MIXUP, SearchSpace, one_of, steps
from ser_tasks.params.base import Dropout, Section
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras

OUTLIER = 5.0  # standard deviations: no single statistic of an unseen voice outvotes the rest


class MlpSizes(Section):
    """Of mlp."""

    input_dropout: Dropout  # share of the statistics hidden in each step
    units: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]  # of each layer
    dropout: Dropout  # after each layer


class MlpParams(MlpSizes, NetworkParams):
    """mlp."""


SPACE: SearchSpace = {
    **LEARNING,
    **MIXUP,
    "input_dropout": steps(0, 0.5, 0.1),
    "units": one_of("[256]", "[512]", "[256, 256]", "[512, 512]"),
    "dropout": DROPOUT,
}


def build_mlp(
    *, n_dims: int, n_classes: int, input_dropout: float, units: Sequence[int], dropout: float
) -> keras.Model:
    """Functionals (batch, 1, n_dims) -> logits (batch, n_classes); of several frames, their mean is taken.

    Standardised and clipped -> (dropout -> dense, ReLU) for each entry of `units`, the last being the embedding ->
    dropout -> logits.

    Args:
        n_dims: statistics of an utterance
        n_classes: of the answer
        input_dropout: share of the statistics hidden in each training step
        units: of each dense layer
        dropout: before every other layer

    Source: Srivastava et al. (2014), https://jmlr.org/papers/v15/srivastava14a.html
    """
    import keras
    from keras import layers, ops

    from ser_tasks.models.networks.masked_input import masked_input
    from ser_tasks.models.networks.pooling import MaskedMean

    inputs, x, mask = masked_input(n_dims)
    x = layers.Dropout(input_dropout)(MaskedMean()(ops.clip(x, -OUTLIER, OUTLIER), mask))
    for place, width in enumerate(units):
        name = "embedding" if place == len(units) - 1 else None
        x = layers.Dropout(dropout)(layers.Dense(width, activation="relu", name=name)(x))
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name="mlp")
