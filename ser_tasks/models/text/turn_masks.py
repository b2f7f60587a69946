"""Masks of the words of each turn of a dialogue."""

from typing import Any

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("ser")
class TurnMasks(layers.Layer):  # type: ignore[misc]  # keras has no types
    """Which tokens belong to which turn: (batch, n_turns, n_tokens), turn 0 the one to be recognised."""

    def __init__(self, *, n_turns: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n_turns = n_turns

    def call(self, frames: Any, real: Any) -> Any:
        """Frames as `token_frames` writes them, and their mask."""
        turns = ops.arange(self.n_turns, dtype="float32")[None, :, None]
        return ops.cast(frames[:, None, :, 1] == turns, "float32") * real[:, None, :]

    def compute_output_shape(self, frames_shape: tuple[int | None, ...], real_shape: Any) -> tuple[int | None, ...]:
        """One mask for each turn."""
        return frames_shape[0], self.n_turns, frames_shape[1]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "n_turns": self.n_turns}
