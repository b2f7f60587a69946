"""Integrated gradients: how much each input value has moved an output, from a baseline to the given input.

Gradients are of a network's logits with respect to its frames, on TensorFlow, JAX or PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating]
Gradients: TypeAlias = "Callable[[NDArray[np.float32]], tuple[Array, Array]]"
"""Inputs (n, *shape) -> the output for each, (n,), and its gradient with respect to each, (n, *shape)."""

Float32Array = NDArray[np.float32]
Compute: TypeAlias = Callable[[Any, Any], tuple[Any, Any]]  # frames, mask -> outputs, their gradients


FEWEST_STEPS, MOST_STEPS = 32, 1024
TOLERANCE = 0.01  # of the difference between the two outputs, or of one logit where they are closer than that
AT_ONCE = 16  # inputs


@dataclass(frozen=True)
class Attribution:
    """What each input value has done.

    Attributes:
        values: as the input; they sum to `change`, but for what the finite steps miss
        change: the output for the input less the output for the baseline
        steps: on the way between the two
    """

    values: NDArray[np.float64]
    change: float
    steps: int

    @property
    def gap(self) -> float:
        """Sum of the attributions, less the change that they should sum to."""
        return float(self.values.sum()) - self.change

    @property
    def complete(self) -> bool:
        """Whether the gap is within the tolerance."""
        return abs(self.gap) <= TOLERANCE * max(abs(self.change), 1.0)


def integrated_gradients(gradients: Gradients, given: Array, baseline: Array) -> Attribution:
    """(given - baseline) times the mean gradient on the straight line between them.

    The line is cut into steps with the gradient taken in the middle of each; there are twice as many until the
    attributions are complete, or MOST_STEPS.

    Args:
        gradients: of one output
        given, baseline: of the same shape

    Source: Sundararajan et al. (2017), "Axiomatic Attribution for Deep Networks", ICML, arXiv:1703.01365
    """
    (there, here), _ = gradients(np.stack([given, baseline]).astype(np.float32))
    steps = FEWEST_STEPS
    while True:
        mean = _mean_gradient(gradients, given, baseline, steps)
        found = Attribution((np.asarray(given, np.float64) - baseline) * mean, float(there) - float(here), steps)
        if found.complete or steps >= MOST_STEPS:
            return found
        steps *= 2


def _mean_gradient(gradients: Gradients, given: Array, baseline: Array, steps: int) -> NDArray[np.float64]:
    places = (np.arange(steps) + 0.5) / steps
    total = np.zeros(np.shape(given))
    for start in range(0, steps, AT_ONCE):
        share = places[start : start + AT_ONCE].reshape(-1, *[1] * np.ndim(given))
        points = (baseline + share * (np.asarray(given) - baseline)).astype(np.float32)
        total += np.asarray(gradients(points)[1], np.float64).sum(axis=0)
    return total / steps


def network_gradients(network: Any, mask: Float32Array, direction: Float32Array) -> Gradients:
    """Gradients of one output, a weighted sum of the logits.

    Args:
        network: {"frames": (batch, n_frames, n_dims), "mask": (batch, n_frames)} -> logits (batch, n_classes)
        mask: of the one utterance, shape (n_frames,), 1 real, 0 padding
        direction: weight of each logit, shape (n_classes,)
    """
    import keras  # noqa: PLC0415

    compute = BACKENDS[keras.backend.backend()](network, direction)

    def gradients(frames: Float32Array) -> tuple[Float32Array, Float32Array]:
        real = np.repeat(mask[None], len(frames), axis=0)
        outputs, slopes = compute(keras.ops.convert_to_tensor(frames), keras.ops.convert_to_tensor(real))
        return np.asarray(outputs), np.asarray(slopes)

    return gradients


def _tensorflow(network: Any, direction: Float32Array) -> Compute:
    import tensorflow as tf  # noqa: PLC0415

    def compute(frames: Any, mask: Any) -> tuple[Any, Any]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(frames)
            outputs = tf.linalg.matvec(network({"frames": frames, "mask": mask}, training=False), direction)
        return outputs, tape.gradient(outputs, frames)

    compiled: Compute = tf.function(compute, reduce_retracing=True)
    return compiled


def _jax(network: Any, direction: Float32Array) -> Compute:
    import jax  # noqa: PLC0415

    parts = (network.trainable_variables, network.non_trainable_variables)
    weights = [[variable.value for variable in part] for part in parts]

    def outputs_of(frames: Any, mask: Any) -> tuple[Any, Any]:
        logits, _ = network.stateless_call(*weights, {"frames": frames, "mask": mask}, training=False)
        outputs = logits @ direction
        return outputs.sum(), outputs

    slope = jax.jit(jax.value_and_grad(outputs_of, has_aux=True))

    def compute(frames: Any, mask: Any) -> tuple[Any, Any]:
        (_, outputs), slopes = slope(frames, mask)
        return outputs, slopes

    return compute


def _torch(network: Any, direction: Float32Array) -> Compute:
    import keras  # noqa: PLC0415

    def compute(frames: Any, mask: Any) -> tuple[Any, Any]:
        frames = frames.detach().requires_grad_()
        logits = network({"frames": frames, "mask": mask}, training=False)
        outputs = logits @ keras.ops.convert_to_tensor(direction)
        outputs.sum().backward()
        return keras.ops.convert_to_numpy(outputs), keras.ops.convert_to_numpy(frames.grad)

    return compute


BACKENDS: dict[str, Callable[[Any, Float32Array], Compute]] = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
