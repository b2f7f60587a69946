"""EfficientNet-Lite0: an image network, for weights that others trained on ImageNet.

Source: Tan & Le (2019), arXiv:1905.11946, in its Lite variant: no squeeze-and-excitation, ReLU6 instead of swish, stem
and head not scaled
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import keras

WIDTH = 1280
STAGES = (  # blocks, kernel, stride of the first, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM = 32  # channels
CLASSES = 1000
EPSILON = 1e-3  # of the batch normalisation


def efficientnet_lite0(*, top: bool) -> keras.Model:
    """The network with random weights.

    Images (n, height, width, 3), of any size, in about [-1, 1] -> with `top` logits of the 1000 classes of ImageNet,
    without it the mean over the image of what enters the classifier, (n, 1280). Layers have the names of PyTorch.
    Padding is that of TensorFlow ("same"), which the network was trained with.
    """
    import keras  # noqa: PLC0415
    from keras import layers  # noqa: PLC0415

    images = keras.Input((None, None, 3), name="images")
    x = _normalised(layers.Conv2D(STEM, 3, 2, padding="same", use_bias=False, name="_conv_stem")(images), "_bn0")
    for place, (kernel, stride, expansion, channels) in enumerate(_blocks()):
        x = _block(x, f"_blocks.{place}", kernel=kernel, stride=stride, expansion=expansion, channels=channels)
    x = _normalised(layers.Conv2D(WIDTH, 1, use_bias=False, name="_conv_head")(x), "_bn1")
    x = layers.GlobalAveragePooling2D(name="vector")(x)
    return keras.Model(images, layers.Dense(CLASSES, name="_fc")(x) if top else x, name="efficientnet_lite0")


def _blocks() -> Iterator[tuple[int, int, int, int]]:
    """Kernel, stride, expansion and channels of each; the first of a stage alone strides."""
    for count, kernel, stride, expansion, channels in STAGES:
        for place in range(count):
            yield kernel, stride if place == 0 else 1, expansion, channels


def _block(x: Any, name: str, *, kernel: int, stride: int, expansion: int, channels: int) -> Any:
    """Inverted bottleneck: widened, filtered within each channel, narrowed; added to what came in where it fits."""
    from keras import layers  # noqa: PLC0415

    came, width = x, x.shape[-1]
    if expansion > 1:
        wide = layers.Conv2D(width * expansion, 1, use_bias=False, name=f"{name}._expand_conv")(x)
        x = _normalised(wide, f"{name}._bn0")
    filtered = layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=False, name=f"{name}._depthwise_conv")(x)
    x = _normalised(filtered, f"{name}._bn1")
    x = layers.Conv2D(channels, 1, use_bias=False, name=f"{name}._project_conv")(x)
    x = layers.BatchNormalization(epsilon=EPSILON, name=f"{name}._bn2")(x)
    return layers.Add()([x, came]) if stride == 1 and channels == width else x


def _normalised(x: Any, name: str) -> Any:
    from keras import layers  # noqa: PLC0415

    return layers.ReLU(max_value=6)(layers.BatchNormalization(epsilon=EPSILON, name=name)(x))


def set_torch_weights(model: keras.Model, weights: Mapping[str, Any], *, file: Path) -> None:
    """Give a network with the layer names of PyTorch the weights of a state dict.

    Raises:
        UserError: a weight is missing, or has another shape
    """
    for layer in model.layers:
        wanted, shapes = torch_layout(layer), [tuple(weight.shape) for weight in layer.weights]
        missing = [name for name, _ in wanted if name not in weights]
        if missing:
            raise UserError(f"{file}: no {missing[0]}; expected the weights of EfficientNet-Lite0. Fetch it again.")
        values = [np.transpose(weights[name], axes) for name, axes in wanted]
        if [value.shape for value in values] != shapes:
            raise UserError(
                f"{file}: {layer.name} has shapes {[value.shape for value in values]}; expected {shapes}, those of "
                "EfficientNet-Lite0. Take the weights of that network."
            )
        layer.set_weights(values)


def torch_layout(layer: Any) -> Sequence[tuple[str, tuple[int, ...]]]:
    """Names in a state dict of the weights of a Keras layer, and the axes that turn each into Keras' order."""
    from keras import layers  # noqa: PLC0415

    match layer:
        case layers.BatchNormalization():
            names = ("weight", "bias", "running_mean", "running_var")
            return [(f"{layer.name}.{name}", (0,)) for name in names]
        case layers.DepthwiseConv2D():
            return [(f"{layer.name}.weight", (2, 3, 0, 1))]
        case layers.Conv2D():
            return [(f"{layer.name}.weight", (2, 3, 1, 0))]
        case layers.Dense():
            return [(f"{layer.name}.weight", (1, 0)), (f"{layer.name}.bias", (0,))]
        case _:
            return []
