"""Zeros where there is padding: after every layer that could have written something there."""

from typing import Any

import keras
from keras import layers, ops


def broadcast_to_rank(real: Any, rank: int) -> Any:
    """`real` with axes of length 1 behind it, until it has `rank` axes."""
    for _ in range(rank - len(real.shape)):
        real = ops.expand_dims(real, -1)
    return real


@keras.saving.register_keras_serializable("ser")
class KeepReal(layers.Layer):  # type: ignore[misc]  # keras has no types
    """x * real: (batch, n_frames, ...) and (batch, n_frames), or (n_patches, ...) and (n_patches,)."""

    def call(self, x: Any, real: Any) -> Any:
        """The same shape as x."""
        return x * ops.cast(broadcast_to_rank(real, len(x.shape)), x.dtype)

    def compute_output_shape(self, x_shape: tuple[int | None, ...], real_shape: Any) -> tuple[int | None, ...]:
        """As x."""
        return x_shape
