"""The first layer of every network: each dimension to mean 0 and standard deviation 1, padding to zero."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import ArrayLike


@keras.saving.register_keras_serializable("ser")
class Standardise(layers.Layer):  # type: ignore[misc]  # keras has no types
    """(frames - mean) / std where frames are real, 0 where they are padding, whatever was in there.

    The statistics are weights that no gradient reaches: saved with the network, set once from the training part.
    They are 0 and 1 until then. In float32 under every precision: a level of -60 dB needs all of it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})

    def build(self, frames_shape: tuple[int | None, ...], real_shape: tuple[int | None, ...]) -> None:
        """One mean and one standard deviation per dimension."""
        size = (frames_shape[-1],)
        self.mean = self.add_weight(shape=size, initializer="zeros", trainable=False, name="mean")
        self.std = self.add_weight(shape=size, initializer="ones", trainable=False, name="std")

    def call(self, frames: Any, real: Any) -> Any:
        """Shapes (batch, n_frames, n_dims) and (batch, n_frames)."""
        return ops.where(ops.expand_dims(real, -1) > 0, (frames - self.mean) / self.std, 0.0)

    def compute_output_shape(self, frames_shape: tuple[int | None, ...], real_shape: Any) -> tuple[int | None, ...]:
        """As the frames."""
        return frames_shape

    def set_statistics(self, mean: ArrayLike, std: ArrayLike) -> None:
        """Both of shape (n_dims,), over the frames of the training part; a dimension without spread becomes 0."""
        spread = np.asarray(std, np.float32)
        self.mean.assign(np.asarray(mean, np.float32))
        self.std.assign(np.where(spread > 1e-6, spread, 1.0))


def set_input_statistics(model: keras.Model, *, mean: ArrayLike, std: ArrayLike) -> None:
    """Give a network the mean and standard deviation of its training part, shape (n_dims,) each."""
    model.get_layer("standardise").set_statistics(mean, std)
