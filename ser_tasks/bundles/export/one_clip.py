"""A network for one clip at a time: nothing is padded, so nothing is masked, and converters know the batch is 1."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from ser_tasks.models.networks.rolling_windows import RollingWindows

RECURRENT = (layers.LSTM, layers.Bidirectional)


class OneClipWindows(RollingWindows):
    """The same windows of a batch of one, whose size stays known, in divisions of positive numbers alone.

    tf2onnx 1.17 rounds -(-n // step) towards zero instead of down.
    """

    def _n_steps(self, n_frames: Any) -> Any:
        n_steps, least = (n_frames + self.step - 1) // self.step, self.length // self.step
        return max(n_steps, least) if isinstance(n_steps, int) else ops.maximum(n_steps, least)

    def _in_steps(self, x: Any, n_steps: Any) -> Any:
        padding = [[0, 0], [0, self.length], *([0, 0] for _ in x.shape[2:])]
        x = ops.pad(x, padding)[:, : n_steps * self.step]
        return ops.reshape(x, (1, n_steps, self.step, *x.shape[2:]))


def one_clip(network: keras.Model) -> keras.Model:
    """A copy of a network that gives the same logits for a batch of one clip with a mask of ones.

    Recurrent layers lose their mask, which costs them most of their speed outside Keras: of one clip all windows and
    frames are real.

    Args:
        network: one of `ser_tasks.models.networks`
    """
    copy = keras.models.clone_model(network, clone_function=_cloned, call_function=_applied)
    copy.set_weights(network.get_weights())
    return copy


def _cloned(layer: layers.Layer) -> layers.Layer:
    kind = OneClipWindows if isinstance(layer, RollingWindows) else type(layer)
    return kind.from_config(_without_dropout(layer.get_config()))


def _without_dropout(config: dict[str, Any]) -> dict[str, Any]:
    """Of a recurrent layer: its dropout keeps the state of a random generator, which no file can hold."""
    inner = config.get("layer")
    if isinstance(inner, dict):  # of both directions
        config = {**config, "layer": {**inner, "config": _without_dropout(inner["config"])}}
    return {**config, "dropout": 0.0} if "recurrent_dropout" in config else config


def _applied(layer: layers.Layer, *args: Any, **kwargs: Any) -> Any:
    if isinstance(layer, RECURRENT):
        kwargs.pop("mask", None)
    return layer(*args, **kwargs)
