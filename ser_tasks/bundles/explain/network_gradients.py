"""Gradients of a network's logits with respect to its frames, on TensorFlow, JAX or PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ser_tasks.bundles.explain.integrated_gradients import Gradients

Array = NDArray[np.float32]
Compute: TypeAlias = Callable[[Any, Any], tuple[Any, Any]]  # frames, mask -> answers, their slopes


def network_gradients(network: Any, mask: Array, direction: Array) -> Gradients:
    """Of one answer, a weighted sum of the logits.

    Args:
        network: {"frames": (batch, n_frames, n_dims), "mask": (batch, n_frames)} -> logits (batch, n_classes)
        mask: of the one utterance that is asked about, shape (n_frames,), 1 real, 0 padding
        direction: weight of each logit, shape (n_classes,)
    """
    import keras  # noqa: PLC0415

    compute = BACKENDS[keras.backend.backend()](network, direction)

    def gradients(frames: Array) -> tuple[Array, Array]:
        real = np.repeat(mask[None], len(frames), axis=0)
        answers, slopes = compute(keras.ops.convert_to_tensor(frames), keras.ops.convert_to_tensor(real))
        return np.asarray(answers), np.asarray(slopes)

    return gradients


def _tensorflow(network: Any, direction: Array) -> Compute:
    import tensorflow as tf  # noqa: PLC0415

    def compute(frames: Any, mask: Any) -> tuple[Any, Any]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(frames)
            answers = tf.linalg.matvec(network({"frames": frames, "mask": mask}, training=False), direction)
        return answers, tape.gradient(answers, frames)

    compiled: Compute = tf.function(compute, reduce_retracing=True)
    return compiled


def _jax(network: Any, direction: Array) -> Compute:
    import jax  # noqa: PLC0415

    parts = (network.trainable_variables, network.non_trainable_variables)
    weights = [[variable.value for variable in part] for part in parts]

    def answers_to(frames: Any, mask: Any) -> tuple[Any, Any]:
        logits, _ = network.stateless_call(*weights, {"frames": frames, "mask": mask}, training=False)
        answers = logits @ direction
        return answers.sum(), answers

    slope = jax.jit(jax.value_and_grad(answers_to, has_aux=True))

    def compute(frames: Any, mask: Any) -> tuple[Any, Any]:
        (_, answers), slopes = slope(frames, mask)
        return answers, slopes

    return compute


def _torch(network: Any, direction: Array) -> Compute:
    import keras  # noqa: PLC0415

    def compute(frames: Any, mask: Any) -> tuple[Any, Any]:
        frames = frames.detach().requires_grad_()
        logits = network({"frames": frames, "mask": mask}, training=False)
        answers = logits @ keras.ops.convert_to_tensor(direction)
        answers.sum().backward()
        return keras.ops.convert_to_numpy(answers), keras.ops.convert_to_numpy(frames.grad)

    return compute


BACKENDS: dict[str, Callable[[Any, Array], Compute]] = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
