"""The table of networks: one file each, one line here.

All keep one contract. In: {"frames": (batch, n_frames, n_dims), "mask": (batch, n_frames)}, the mask 1 on real frames
and 0 on the padding behind them. Out: logits (batch, n_classes), float32. Padding never changes an answer, nor a batch
statistic in training; any length from one frame on will do. The layer before the logits is named 'embedding'.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from ser_tasks.errors import UserError
from ser_tasks.models.networks.blstm_attention import build_blstm_attention
from ser_tasks.models.networks.cnn_blstm_attention import build_cnn_blstm_attention
from ser_tasks.models.networks.lstm_attention import build_lstm_attention
from ser_tasks.models.networks.patch_dcnn_blstm import build_patch_dcnn_blstm
from ser_tasks.models.networks.residual_cnn import build_residual_cnn
from ser_tasks.models.networks.spectrogram_cnn import build_spectrogram_cnn
from ser_tasks.models.networks.td_cnn_lstm import build_td_cnn_lstm

NETWORKS: Mapping[str, Callable[..., keras.Model]] = {
    "blstm_attention": build_blstm_attention,  # LLD
    "lstm_attention": build_lstm_attention,  # LLD
    "cnn_blstm_attention": build_cnn_blstm_attention,  # log-mel, as all below
    "spectrogram_cnn": build_spectrogram_cnn,
    "td_cnn_lstm": build_td_cnn_lstm,
    "patch_dcnn_blstm": build_patch_dcnn_blstm,
    "residual_cnn": build_residual_cnn,
}


def build_network(name: str, *, n_dims: int, n_classes: int, **sizes: Any) -> keras.Model:
    """The untrained network that params.yaml calls `name`.

    Raises:
        UserError: no such entry
    """
    if name not in NETWORKS:
        raise UserError(
            f"there is no network '{name}', the table has {sorted(NETWORKS)}. "
            "Fix the name in params.yaml, or add its builder to NETWORKS in ser_tasks/models/networks/__init__.py."
        )
    return NETWORKS[name](n_dims=n_dims, n_classes=n_classes, **sizes)


def embedding_model(model: keras.Model) -> keras.Model:
    """The same inputs and weights, up to the layer before the logits: -> (batch, n_units)."""
    return keras.Model(model.input, model.get_layer("embedding").output, name=f"{model.name}_embedding")
