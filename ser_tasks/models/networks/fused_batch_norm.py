"""Batch normalisation of real positions by TensorFlow's own operation: a fifth of the time of its parts one by one."""

import math
from typing import Any

import tensorflow as tf

from ser_tasks.models.networks.real_rows import among_padding, real_rows


def normalise_real(x: Any, real: Any, scale: Any, offset: Any, *, epsilon: float) -> tuple[Any, Any, Any]:
    """Every channel to mean 0 and variance 1 over real positions, times `scale`, plus `offset`; 0 on padding.

    Args:
        x: (batch, ..., n_channels), float32
        real: its leading axes, 0 on padding
        scale, offset: (n_channels,)
        epsilon: added to the variance

    Returns:
        the same shape as x; mean and variance, (n_channels,) each, 0 where nothing is real

    Source: Ioffe & Szegedy (2015), arXiv:1502.03167
    """

    def normalised(rows: Any) -> Any:
        return tf.raw_ops.FusedBatchNormV3(x=rows, scale=scale, offset=offset, mean=[], variance=[], epsilon=epsilon)[
            :3
        ]

    def without_padding() -> Any:
        y, *statistics = normalised(real_rows(rows, flags))
        return among_padding(y, flags), *statistics

    flags = tf.reshape(real, [-1])
    n_between = math.prod(x.shape[len(real.shape) : -1])
    rows = tf.reshape(x, (-1, 1, n_between, x.shape[-1]))
    y, mean, variance = tf.cond(tf.reduce_all(flags > 0), lambda: tuple(normalised(rows)), without_padding)
    count = tf.math.count_nonzero(flags > 0, dtype=tf.float32) * n_between
    variance *= tf.maximum(count - 1, 1) / tf.maximum(count, 1)  # TensorFlow's is the sample variance
    return tf.reshape(y, tf.shape(x)), *(tf.where(count > 0, found, 0.0) for found in (mean, variance))
