"""The same network with random weights, frozen: what the training on photographs is worth, is what this one lacks.

Its batch normalisation has the statistics of random images, so that no layer dies out or saturates: a control with
random weights and without them would be weaker than the idea it is to be compared with.

Source: Tan & Le (2019), arXiv:1905.11946; weights drawn as in He et al. (2015), arXiv:1502.01852
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ser_tasks.errors import UserError
from ser_tasks.features.encoders.efficientnet_lite import SIDE, EfficientNetLite, on_segments
from ser_tasks.features.encoders.efficientnet_network import efficientnet_lite0
from ser_tasks.features.encoders.segment_images import SPREAD
from ser_tasks.keras_backend import load_keras

if TYPE_CHECKING:
    import keras

FILE = "seed.txt"
IMAGES = 8  # whose statistics the batch normalisation has


class RandomEfficientNetLite(EfficientNetLite):
    """The network with weights that a seed decides."""

    @classmethod
    def load(cls, folder: Path) -> RandomEfficientNetLite:
        """Read the seed that a folder holds, and draw the weights.

        Raises:
            UserError: no such file, or no whole number in it
        """
        try:
            seed = int((folder / FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(f"{folder / FILE}: no seed ({error}). Write a whole number into it, as 0.") from None
        load_keras()
        network = efficientnet_lite0(top=False)
        draw_weights(network, seed=seed)
        return cls(on_segments(network))


def draw_weights(network: keras.Model, *, seed: int) -> None:
    """Convolutions of variance 2 / outputs reached by an input; normalisation by the statistics of random images."""
    from keras import layers  # noqa: PLC0415

    generator = np.random.default_rng(seed)
    for layer in network.layers:
        if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D):
            height, width, _, outputs = layer.kernel.shape
            reached = height * width * outputs  # of a depthwise one, one channel
            layer.set_weights([generator.normal(0, np.sqrt(2 / reached), layer.kernel.shape)])
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.0  # one batch decides
    network(generator.normal(0, SPREAD, (IMAGES, SIDE, SIDE, 3)).astype(np.float32), training=True)
