"""A Whisper encoder trained further on emotion: blocks of it, or changes of low rank, and attention over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, PositiveInt

from ser_tasks.models.search_space import DROPOUT, FRAMES, UNITS, SearchSpace, log, one_of, whole
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    from collections.abc import Mapping

    import keras

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
AtLeastNone = Annotated[int, Field(ge=0)]


class FineTunedParams(NetworkParams):
    """What of the encoder is kept and trained, and the layers behind it."""

    blocks: PositiveInt | None  # of the encoder that are kept, from the first; null: all
    trained_blocks: AtLeastNone  # of those kept that are trained wholly, from the last
    lora_rank: AtLeastNone  # of what is added to queries, keys and values of each block kept; 0: nothing
    lora_alpha: Positive  # what is added is multiplied by lora_alpha / lora_rank
    units: PositiveInt  # of the dense layer that mixes the layers
    attention_units: PositiveInt  # of the hidden layer that scores a frame
    dropout: Dropout  # before the dense layer, and of the embedding


SPACE: SearchSpace = {
    **FRAMES,
    "lora_rank": one_of("0", "4", "8", "16"),
    "lora_alpha": log(4, 64),
    "trained_blocks": whole(0, 2),
    "units": one_of("64", "128", "256"),
    "attention_units": UNITS,
    "dropout": DROPOUT,
}


def build_fine_tuned(
    *,
    n_dims: int,
    n_classes: int,
    encoder: str,
    blocks: int | None,
    trained_blocks: int,
    lora_rank: int,
    lora_alpha: float,
    units: int,
    attention_units: int,
    dropout: float,
) -> keras.Model:
    """Whisper's log-mel (batch, n_frames, n_dims) -> logits (batch, n_classes), the encoder as it is on this machine.

    Blocks of the encoder (batch, n_frames / 2, width) each -> batch norm -> side by side -> dropout -> dense, ReLU
    (batch, n_frames / 2, units) -> attentive statistics (batch, 2 units), the embedding -> dropout -> logits.

    Args:
        n_dims: mel bands
        n_classes: of the output
        encoder: a Whisper of the table of encoders
        blocks: of it that are kept, from the first; None: all
        trained_blocks: of those kept that are trained, from the last
        lora_rank, lora_alpha: of what is added to queries, keys and values
        units: of the dense layer
        attention_units: of the hidden layer that scores a frame
        dropout: before the dense layer, and of the embedding

    Raises:
        UserError: its weights are not here, or it has fewer blocks than are asked for

    Source: Hu et al. (2022), arXiv:2106.09685; Okabe et al. (2018), doi:10.21437/Interspeech.2018-993
    """
    import keras
    from keras import layers

    from ser_tasks.models.networks.batch_norm import batch_norm
    from ser_tasks.models.networks.pooling import AttentiveStatistics
    from ser_tasks.models.networks.whisper_blocks import KeepScale, take_weights, whisper_layers

    weights, kept = _encoder_of(encoder, blocks, trained_blocks)
    inputs = {
        "frames": keras.Input((None, n_dims), name="frames", dtype="float32"),
        "mask": keras.Input((None,), name="mask", dtype="float32"),
    }
    frames = KeepScale(name="standardise")(inputs["frames"], inputs["mask"])
    of_encoder: dict[str, Any] = {"blocks": kept, "trained_blocks": trained_blocks}
    states, real = whisper_layers(frames, inputs["mask"], weights, **of_encoder, rank=lora_rank, alpha=lora_alpha)
    x = layers.Concatenate()([batch_norm(state, real, affine=False) for state in states])
    x = layers.Dense(units, activation="relu")(layers.Dropout(dropout)(x))
    x, _ = AttentiveStatistics(units=attention_units, name="attention")(x, real)
    x = layers.Identity(name="embedding")(x)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    model = keras.Model(inputs, logits, name="fine_tuned")
    take_weights(model, weights)
    return model


def _encoder_of(name: str, blocks: int | None, trained_blocks: int) -> tuple[Mapping[str, Any], int]:
    """Weights of the encoder, and how many of its blocks are kept."""
    from ser_tasks.errors import UserError
    from ser_tasks.features.encoders import ENCODERS
    from ser_tasks.features.encoders.folder import loaded
    from ser_tasks.features.encoders.whisper import WhisperEncoder

    encoder = loaded(ENCODERS[name])
    assert isinstance(encoder, WhisperEncoder)
    there = encoder.n_layers - 1
    kept = there if blocks is None else blocks
    if kept > there or trained_blocks > kept:
        raise UserError(
            f"params.yaml: networks.fine_tuned: blocks: {blocks}, trained_blocks: {trained_blocks}, but {name} has "
            f"{there} blocks. Keep at most {there} (null: all), and train at most those that are kept."
        )
    return encoder.weights, kept
