"""One step of training: on TensorFlow compiled once, for batches of any size and length."""

from __future__ import annotations

from collections.abc import Callable

import keras

from ser_tasks.models.training.augment import Batch


def training_step(model: keras.Model) -> Callable[[Batch], float]:
    """What trains a compiled model on one batch, and returns its loss.

    Of `train_on_batch`, TensorFlow compiles a version for the shape of the first batch, another for the next shape, and
    a third when the last batch of an epoch is smaller.
    """
    return _compiled_once(model) if keras.backend.backend() == "tensorflow" else _on_batch(model)


def _on_batch(model: keras.Model) -> Callable[[Batch], float]:
    def step(batch: Batch) -> float:
        given = {"frames": batch.frames, "mask": batch.mask}
        return float(model.train_on_batch(given, batch.targets, sample_weight=batch.weights))

    return step


def _compiled_once(model: keras.Model) -> Callable[[Batch], float]:
    import tensorflow as tf  # noqa: PLC0415  other backends do without it

    n_dims, n_classes = {own.name: own.shape for own in model.inputs}["frames"][-1], model.output_shape[-1]
    shapes = ((None, None, n_dims), (None, None), (None, n_classes), (None,))

    def loss(frames: tf.Tensor, mask: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        return model.train_step(({"frames": frames, "mask": mask}, targets, weights))["loss"]

    tf.get_logger().setLevel("ERROR")  # it takes a step for each fold for one that is compiled over and over
    model.optimizer.build(model.trainable_variables)  # within the first call, it would be compiled twice
    compiled = tf.function(loss, input_signature=[tf.TensorSpec(shape, tf.float32) for shape in shapes])

    def step(batch: Batch) -> float:
        model.reset_metrics()
        return float(compiled(batch.frames, batch.mask, batch.targets, batch.weights))

    return step
