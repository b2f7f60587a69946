"""Convolution, batch normalisation, activation, pooling: padding goes in as zero and comes out as zero."""

from typing import Any

from keras import layers

from ser_tasks.models.networks.batch_norm import batch_norm
from ser_tasks.models.networks.keep_real import KeepReal


def conv_block(x: Any, real: Any, *, filters: int, kernel_size: int, normalise: bool = True) -> tuple[Any, Any]:
    """Halve time and bands: (batch, n_frames, n_bands, .) -> (batch, ceil(n_frames / 2), ceil(n_bands / 2), filters).

    A convolution of stride 1 takes zeros behind the last frame for the zeros that it pads with itself, and after ReLU
    a zero never wins a maximum: so no answer depends on the padding. ReLU of the maximum is the maximum of the ReLUs,
    at a quarter of the cost. Without `normalise` the convolution has a bias.

    Returns:
        x and its mask
    """
    x = layers.Conv2D(filters, kernel_size, padding="same", use_bias=not normalise)(x)
    if normalise:
        x = batch_norm(x, real)
    x = layers.MaxPooling2D(2, padding="same")(KeepReal()(x, real))
    return layers.ReLU()(x), real[:, ::2]


def bands_as_channels(x: Any) -> Any:
    """(batch, n_frames, n_bands, n_channels) -> (batch, n_frames, n_bands * n_channels)."""
    return layers.Reshape((-1, x.shape[2] * x.shape[3]))(x)
