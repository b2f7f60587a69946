"""Image networks for spectrogram patches: (n_patches, length, n_mels, 3) -> (n_patches, n_units).

One line each: a new backbone is a builder here, and the range of values that its authors trained it with.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
from keras import layers, ops

from ser_tasks.errors import UserError
from ser_tasks.models.networks.batch_norm import MaskedBatchNorm, batch_norm

WIDEST = 3.0  # standard deviations that fill a backbone's range
STALLED_S = 10.0  # of a download
SMALL_FILTERS = (16, 32, 64, 128)


@dataclass(frozen=True)
class Backbone:
    """One line of the table; `build` is one of Keras' applications."""

    build: Callable[..., keras.Model]
    low: float  # range of the input
    high: float


BACKBONES: Mapping[str, Backbone] = {
    "resnet50v2": Backbone(keras.applications.ResNet50V2, low=-1, high=1),  # 23.6 M parameters -> 2048
    "mobilenetv2": Backbone(keras.applications.MobileNetV2, low=-1, high=1),  # 2.3 M -> 1280
    "efficientnetb0": Backbone(keras.applications.EfficientNetB0, low=0, high=255),  # 4.0 M -> 1280
}


def patch_vectors(patches: Any, real: Any, *, backbone: str, weights: str) -> Any:
    """One vector per patch.

    Args:
        patches: (n_patches, length, n_mels, 3), about mean 0 and standard deviation 1
        real: (n_patches,), 0 for a patch of padding only, which batch statistics leave out
        backbone: 'small' (97 thousand parameters, trained from scratch), or a name of BACKBONES
        weights: 'none' for random ones, 'imagenet', or the path of a weights file without top; 'small' has 'none' only

    Returns:
        shape (n_patches, n_units)

    Raises:
        UserError: no such backbone, weights that are not there, patches too small
    """
    if backbone == "small":
        return _small(patches, real, weights=weights)
    if backbone not in BACKBONES:
        raise UserError(
            f"patch_dcnn_blstm: backbone is '{backbone}', but there are {sorted([*BACKBONES, 'small'])}. "
            "Fix the name in params.yaml, or add a line to BACKBONES in ser_tasks/models/networks/backbones.py."
        )
    kind = BACKBONES[backbone]
    scale = (kind.high - kind.low) / 2
    inputs = layers.Rescaling(scale / WIDEST, offset=kind.low + scale)(patches)
    return _masked(_application(backbone, patches.shape[1:], weights=weights))(_with_mask(inputs, real))


def _small(patches: Any, real: Any, *, weights: str) -> Any:
    """Four convolution blocks, each halving the patch, and the mean over what is left: -> (n_patches, 128)."""
    if weights != "none":
        raise UserError(
            f"patch_dcnn_blstm: weights are '{weights}', but the backbone 'small' is trained from scratch. "
            f"Set weights: none, or take one of {sorted(BACKBONES)}."
        )
    x = patches
    for filters in SMALL_FILTERS:
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(2, padding="same")(batch_norm(x, real))
        x = layers.ReLU()(x)  # of a maximum is the maximum of all ReLUs: a quarter to compute
    return layers.GlobalAveragePooling2D()(x)


def _application(backbone: str, shape: tuple[int, ...], *, weights: str) -> keras.Model:
    if weights not in ("none", "imagenet") and not Path(weights).is_file():
        raise UserError(
            f"patch_dcnn_blstm: weights are '{weights}', but there is no such file. "
            "Give the path of a weights file without top, or 'imagenet' to have it downloaded, or 'none'."
        )
    if min(shape[:2]) < 32:
        raise UserError(
            f"patch_dcnn_blstm: patches of {shape[0]} frames x {shape[1]} bands are too small for {backbone}. "
            "Take 32 or more of both, or the backbone 'small'."
        )
    try:
        with download_timeout(STALLED_S):
            return BACKBONES[backbone].build(
                include_top=False, weights=None if weights == "none" else weights, input_shape=shape, pooling="avg"
            )
    except Exception as error:  # Keras raises a bare one when a download fails, and several kinds for a wrong file
        raise UserError(
            f"patch_dcnn_blstm: the weights '{weights}' of {backbone} cannot be loaded: {error}. "
            "Download the file without top where there is a network and give its path as weights, or set weights: none."
        ) from error


@contextmanager
def download_timeout(seconds: float) -> Iterator[None]:
    """A download that stands still for so long fails; Keras sets no limit of its own, and would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _with_mask(patches: Any, real: Any) -> Any:
    """The mask as one more channel: (n_patches, length, n_mels, 4)."""
    mask = ops.reshape(real, (-1, 1, 1, 1)) * ops.ones_like(patches[..., :1])
    return ops.concatenate([patches, ops.cast(mask, patches.dtype)], axis=-1)


def _masked(application: keras.Model) -> keras.Model:
    """The same network and weights on `_with_mask`, its batch statistics over real patches, at this package's pace."""
    length, n_mels, _ = application.input_shape[1:]
    packed = keras.Input((length, n_mels, 4), name="patches")

    def cloned(layer: layers.Layer) -> layers.Layer:
        if isinstance(layer, layers.BatchNormalization):
            return MaskedBatchNorm(name=layer.name)
        return type(layer).from_config(layer.get_config())

    def applied(layer: layers.Layer, *args: Any, **kwargs: Any) -> Any:
        if isinstance(layer, MaskedBatchNorm):
            return layer(args[0], packed[:, 0, 0, 3])
        return layer(*(packed[..., :3] if x is packed else x for x in args), **kwargs)

    masked = keras.models.clone_model(application, packed, clone_function=cloned, call_function=applied)
    masked.set_weights(application.get_weights())
    return masked
