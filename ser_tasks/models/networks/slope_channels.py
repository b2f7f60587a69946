"""Static, delta and delta-delta as the channels of an image, inside the network."""

from typing import Any

import keras
from keras import layers, ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable("ser")
class SlopeChannels(layers.Layer):  # type: ignore[misc]  # keras has no types
    """Frames, their least-squares slope over `reach` frames on each side, and the slope of that.

    The first and the last *real* frame repeat beyond the ends, as in `ser_tasks.features.deltas`.
    In float32 under every precision: a slope is a small difference of large values.

    Source: Furui (1986), doi:10.1109/TASSP.1986.1164788
    """

    def __init__(self, *, reach: int, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.reach = reach

    def call(self, frames: Any, real: Any) -> Any:
        """(batch, n_frames, n_dims) and (batch, n_frames) -> (batch, n_frames, n_dims, 3), 0 on padding."""
        real = ops.expand_dims(real, -1)
        next_real = ops.concatenate([real[:, 1:], ops.zeros_like(real[:, :1])], axis=1)
        is_last = real - next_real
        slope = self._slope(frames, real, is_last)
        channels = [frames * real, slope, self._slope(slope, real, is_last)]
        return ops.stack(channels, axis=-1)

    def compute_output_shape(self, frames_shape: Shape, real_shape: Shape) -> Shape:
        """Three channels."""
        return (*frames_shape, 3)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "reach": self.reach}

    def _slope(self, x: Any, real: Any, is_last: Any) -> Any:
        reach = self.reach
        last = ops.sum(x * is_last, axis=1, keepdims=True)
        x = x * real + last * (1 - real)
        padded = ops.concatenate([ops.repeat(x[:, :1], reach, axis=1), x, ops.repeat(last, reach, axis=1)], axis=1)
        slope = ops.zeros_like(x)
        for step in range(1, reach + 1):
            ahead = padded[:, reach + step : step - reach or None]
            slope = slope + step * (ahead - padded[:, reach - step : -reach - step])
        return slope * real / (2 * sum(step**2 for step in range(1, reach + 1)))
