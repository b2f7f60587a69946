"""EfficientNet-Lite0 with random weights, frozen: the control of what the training on photographs is worth.

Source: Tan & Le (2019), arXiv:1905.11946; weights drawn as in He et al. (2015), arXiv:1502.01852
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ser_tasks.errors import UserError
from ser_tasks.features.encoders.efficientnet_lite import EfficientNetLite, in_use
from ser_tasks.features.encoders.efficientnet_network import efficientnet_lite0
from ser_tasks.keras_backend import load_keras

if TYPE_CHECKING:
    import keras

FILE = "seed.txt"


class RandomEfficientNetLite(EfficientNetLite):
    """The network with weights that a seed decides."""

    @classmethod
    def load(cls, folder: Path) -> RandomEfficientNetLite:
        """Read the seed that a folder holds, and draw the weights.

        Raises:
            UserError: no such file, or no whole number in it
        """
        try:
            generator = np.random.default_rng(int((folder / FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise UserError(f"{folder / FILE}: no seed ({error}). Write a whole number into it, as 0.") from None
        load_keras()
        network = efficientnet_lite0(top=False)
        draw_weights(network, generator)
        return cls(in_use(network))


def draw_weights(network: keras.Model, generator: np.random.Generator) -> None:
    """Normal, of variance 2 / the outputs that an input reaches; the normalisation is as before training, idle.

    With the statistics of noise or of speech in the normalisation, these features serve less well (docs/networks.md).
    """
    from keras import layers  # noqa: PLC0415

    for layer in network.layers:
        if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D):
            height, width, _, outputs = layer.kernel.shape  # of a depthwise one, outputs of each channel
            spread = np.sqrt(2 / (height * width * outputs))
            layer.set_weights([generator.normal(0, spread, layer.kernel.shape)])
