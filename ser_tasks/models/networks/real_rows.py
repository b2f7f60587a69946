"""Rows of a batch that are real, without the others, and back: on TensorFlow, where a batch may have any size."""

from typing import Any

import tensorflow as tf


def real_rows(rows: Any, real: Any) -> Any:
    """(n_rows, ...) and (n_rows,), 0 on padding -> (n_real, ...)."""
    return _rows_at(rows, tf.where(real > 0))


def among_padding(rows: Any, real: Any) -> Any:
    """The inverse, 0 on padding: (n_real, ...) and (n_rows,) -> (n_rows, ...)."""
    shape = tf.concat([tf.shape(real, tf.int64), tf.shape(rows, tf.int64)[1:]], axis=0)
    return tf.ensure_shape(tf.scatter_nd(tf.where(real > 0), rows, shape), (real.shape[0], *rows.shape[1:]))


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _rows_at(rows: Any, where: Any) -> Any:
    """tf.gather_nd with a gradient that is a plain tensor, which tf.cond needs."""

    def gradient(slope: Any) -> tuple[Any, None]:
        return tf.scatter_nd(where, slope, tf.shape(rows, tf.int64)), None

    return tf.gather_nd(rows, where), gradient
