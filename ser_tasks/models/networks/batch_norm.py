"""Batch normalisation whose statistics see real frames only."""

import math
from typing import Any

import keras
from keras import layers, ops

from ser_tasks.models.networks.keep_real import broadcast_to_rank

MOMENTUM = 0.9  # of the running statistics: a small corpus has some 30 steps an epoch, far too few for Keras' 0.99
EPSILON = 1e-3

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable("ser")
class MaskedBatchNorm(layers.Layer):  # type: ignore[misc]  # keras has no types
    """Every channel to mean 0 and variance 1 over the real positions of a batch, then scaled and shifted.

    What comes out on padding is arbitrary: mask it. In use, running statistics take the place of the batch's.
    In float32 under every precision, as statistics need.

    Source: Ioffe & Szegedy (2015), arXiv:1502.03167
    """

    def __init__(self, *, affine: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.affine = affine
        if keras.backend.backend() == "tensorflow":
            self.supports_jit = False  # the number of real positions is no constant

    def build(self, x_shape: Shape, real_shape: Shape) -> None:
        """One value of each kind per channel."""
        shape = (x_shape[-1],)
        if self.affine:
            self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma", autocast=False)
            self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta", autocast=False)
        statistic = {"shape": shape, "trainable": False, "autocast": False}
        self.moving_mean = self.add_weight(initializer="zeros", name="moving_mean", **statistic)
        self.moving_variance = self.add_weight(initializer="ones", name="moving_variance", **statistic)

    def call(self, x: Any, real: Any, training: bool | None = None) -> Any:
        """x (batch, ..., n_channels); real has its leading axes, 0 where the statistics must not look."""
        values = ops.cast(x, "float32")
        if training and self.trainable:
            if keras.backend.backend() == "tensorflow":
                return ops.cast(self._fused(values, real), self.compute_dtype)
            mean, variance = self._statistics(values, ops.cast(real, "float32"))
            self._remember(mean, variance)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        scale = ops.rsqrt(variance + EPSILON) * (self.gamma if self.affine else 1.0)
        shift = (self.beta if self.affine else 0.0) - mean * scale
        return ops.cast(values * scale + shift, self.compute_dtype)

    def compute_output_shape(self, x_shape: Shape, real_shape: Shape) -> Shape:
        """As x."""
        return x_shape

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "affine": self.affine}

    def _remember(self, mean: Any, variance: Any) -> None:
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(MOMENTUM * moving + (1 - MOMENTUM) * batch)

    def _fused(self, x: Any, real: Any) -> Any:
        from ser_tasks.models.networks.fused_batch_norm import normalise_real  # TensorFlow alone

        shape = (x.shape[-1],)
        scale, offset = (self.gamma, self.beta) if self.affine else (ops.ones(shape), ops.zeros(shape))
        y, mean, variance = normalise_real(x, real, scale, offset, epsilon=EPSILON)
        self._remember(mean, variance)
        return y

    def _statistics(self, x: Any, real: Any) -> tuple[Any, Any]:
        """Mean and variance of each channel, shape (n_channels,)."""
        axes = list(range(len(x.shape) - 1))
        count = ops.sum(real) * math.prod(x.shape[len(real.shape) : -1])
        share = broadcast_to_rank(real / ops.maximum(count, 1.0), len(x.shape))
        mean = ops.sum(x * share, axis=axes)
        return mean, ops.sum(ops.square(x - mean) * share, axis=axes)


def batch_norm(x: Any, real: Any, *, affine: bool = True, name: str | None = None) -> Any:
    """(batch, ..., n_channels) -> the same shape, arbitrary on padding."""
    return MaskedBatchNorm(affine=affine, name=name)(x, real)
