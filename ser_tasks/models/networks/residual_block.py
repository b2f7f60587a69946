"""Two convolutions and a way around them."""

from typing import Any

from keras import layers

from ser_tasks.models.networks.batch_norm import batch_norm
from ser_tasks.models.networks.keep_real import KeepReal


def strided_conv(x: Any, *, filters: int, kernel_size: int, stride: tuple[int, int]) -> Any:
    """Output frame i is centred on input frame stride * i, and zeros are seen beyond both ends.

    Keras' own "same" shifts its grid with the parity of n_frames as soon as there is a stride, so that one more
    frame of padding would change every value.
    """
    x = layers.ZeroPadding2D(kernel_size // 2)(x)
    return layers.Conv2D(filters, kernel_size, strides=stride, use_bias=False)(x)


def residual_block(x: Any, real: Any, *, filters: int, stride: int) -> tuple[Any, Any]:
    """(batch, n_frames, n_bands, .) -> (batch, ceil(n_frames / stride), ceil(n_bands / stride), filters), and the mask.

    Source: He et al. (2016), doi:10.1109/CVPR.2016.90
    """
    short, kept = x, real[:, ::stride]
    if stride > 1 or x.shape[-1] != filters:
        short = strided_conv(x, filters=filters, kernel_size=1, stride=(stride, stride))
        short = batch_norm(short, kept)
    x = strided_conv(x, filters=filters, kernel_size=3, stride=(stride, stride))
    x = KeepReal()(layers.ReLU()(batch_norm(x, kept)), kept)
    x = strided_conv(x, filters=filters, kernel_size=3, stride=(1, 1))
    x = layers.ReLU()(layers.Add()([batch_norm(x, kept), short]))
    return KeepReal()(x, kept), kept
