"""From one vector per frame to one per utterance: every way gives padding a weight of exactly 0.

All take `frames` (batch, n_frames, n_units) and `real` (batch, n_frames), and compute in float32 under every precision.
All but the mean return their weights beside the vector, (batch, n_frames), which sum to 1 over the real frames.
"""

from typing import Any

import keras
from keras import layers, ops

LOWEST = -1e9  # a score that no real frame has
TINY = 1e-30  # in place of a sum over no frame at all
FLOOR_VARIANCE = 1e-6  # the root has no slope at 0, and one frame alone has no variance

Shape = tuple[int | None, ...]


def masked_softmax(scores: Any, real: Any) -> Any:
    """Weights over the last axis that sum to 1 over real positions and are 0 at others; all 0 where none is real."""
    scores = ops.where(real > 0, scores, LOWEST)
    weights = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True)) * real
    return weights / ops.maximum(ops.sum(weights, axis=-1, keepdims=True), TINY)


def weighted_mean(frames: Any, weights: Any) -> Any:
    """(batch, n_frames, n_units) and (batch, n_frames) -> (batch, n_units)."""
    return ops.sum(frames * ops.expand_dims(weights, -1), axis=1)


class Pooling(layers.Layer):  # type: ignore[misc]  # keras has no types
    """Base of the pooling layers: float32, and two outputs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.supports_masking = True  # Keras' own mask of a recurrent layer ends here

    def compute_mask(self, *inputs: Any, **masks: Any) -> None:
        """None: there is no time left to mask."""

    def compute_output_shape(self, frames_shape: Shape, real_shape: Shape) -> tuple[Shape, Shape]:
        """Of the vector and of the weights."""
        return (frames_shape[0], frames_shape[2]), real_shape


@keras.saving.register_keras_serializable("ser")
class MaskedMean(Pooling):
    """The mean over real frames, alone."""

    def call(self, frames: Any, real: Any) -> Any:
        """Shape (batch, n_units)."""
        return weighted_mean(frames, real) / ops.maximum(ops.sum(real, axis=1, keepdims=True), 1.0)

    def compute_output_shape(self, frames_shape: Shape, real_shape: Shape) -> Any:
        """One vector."""
        return frames_shape[0], frames_shape[2]


@keras.saving.register_keras_serializable("ser")
class LearnedVectorAttention(Pooling):
    """Local attention: softmax over time of u·y_t, with u learned.

    Source: Mirsamadi et al. (2017), doi:10.1109/ICASSP.2017.7952552
    """

    def build(self, frames_shape: Shape, real_shape: Shape) -> None:
        """The vector u."""
        self.u = self.add_weight(shape=(frames_shape[-1],), initializer="glorot_uniform", name="u")

    def call(self, frames: Any, real: Any) -> tuple[Any, Any]:
        """Vector and weights."""
        weights = masked_softmax(ops.matmul(frames, self.u), real)
        return weighted_mean(frames, weights), weights


@keras.saving.register_keras_serializable("ser")
class ConstantVectorAttention(Pooling):
    """Wang's attention: u = softmax(W c + b) of a constant vector c = (1/n, ..., 1/n).

    u lies on the simplex and y_t in [-1, 1], so two frames never differ by more than e² in weight: kept to compare.
    """

    def build(self, frames_shape: Shape, real_shape: Shape) -> None:
        """W and b, as of a dense layer on c."""
        n = frames_shape[-1]
        self.kernel = self.add_weight(shape=(n, n), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(n,), initializer="zeros", name="bias")

    def call(self, frames: Any, real: Any) -> tuple[Any, Any]:
        """Vector and weights."""
        u = keras.activations.softmax(ops.expand_dims(ops.mean(self.kernel, axis=0) + self.bias, 0))
        weights = masked_softmax(ops.matmul(frames, u[0]), real)
        return weighted_mean(frames, weights), weights


@keras.saving.register_keras_serializable("ser")
class QueryAttention(Pooling):
    """Softmax over time of y_t·query, the query (batch, n_units) being the utterance's own."""

    def call(self, frames: Any, real: Any, query: Any) -> tuple[Any, Any]:
        """Vector and weights."""
        weights = masked_softmax(ops.sum(frames * ops.expand_dims(query, 1), axis=-1), real)
        return weighted_mean(frames, weights), weights

    def compute_output_shape(
        self, frames_shape: Shape, real_shape: Shape, query_shape: Shape | None = None
    ) -> tuple[Shape, Shape]:
        """Of the vector and of the weights."""
        return super().compute_output_shape(frames_shape, real_shape)


@keras.saving.register_keras_serializable("ser")
class DotSelfAttention(Pooling):
    """Dot-product self-attention with one learned scale, then the mean over real queries.

    The mean of the answers to all queries is the mean of the values by the mean of the weights: one weight per frame.

    Source: Luong et al. (2015), doi:10.18653/v1/D15-1166, as Malaker uses it
    """

    def build(self, frames_shape: Shape, real_shape: Shape) -> None:
        """The scale."""
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def call(self, frames: Any, real: Any) -> tuple[Any, Any]:
        """Vector and weights."""
        scores = self.scale * ops.matmul(frames, ops.swapaxes(frames, 1, 2))  # (batch, queries, keys)
        answers = masked_softmax(scores, ops.expand_dims(real, 1))
        queries = real / ops.maximum(ops.sum(real, axis=1, keepdims=True), 1.0)
        weights = weighted_mean(answers, queries)
        return weighted_mean(frames, weights), weights


@keras.saving.register_keras_serializable("ser")
class AttentiveStatistics(Pooling):
    """Mean and standard deviation over time, both weighted by softmax of v·tanh(W y_t + b): (batch, 2 n_units).

    Source: Okabe et al. (2018), doi:10.21437/Interspeech.2018-993
    """

    def __init__(self, *, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, frames_shape: Shape, real_shape: Shape) -> None:
        """A hidden layer of `units`, and v."""
        shape = (frames_shape[-1], self.units)
        self.kernel = self.add_weight(shape=shape, initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        self.v = self.add_weight(shape=(self.units,), initializer="glorot_uniform", name="v")

    def call(self, frames: Any, real: Any) -> tuple[Any, Any]:
        """Mean and standard deviation side by side, and weights."""
        weights = masked_softmax(ops.matmul(ops.tanh(ops.matmul(frames, self.kernel) + self.bias), self.v), real)
        mean = weighted_mean(frames, weights)
        variance = weighted_mean(ops.square(frames - ops.expand_dims(mean, 1)), weights)
        return ops.concatenate([mean, ops.sqrt(variance + FLOOR_VARIANCE)], axis=-1), weights

    def compute_output_shape(self, frames_shape: Shape, real_shape: Shape) -> tuple[Shape, Shape]:
        """Of the vector and of the weights."""
        n_units = frames_shape[2]
        assert n_units is not None
        return (frames_shape[0], 2 * n_units), real_shape

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "units": self.units}
