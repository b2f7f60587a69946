"""Where in time a network looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features import feature_set

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import Bundle

LAYER = "attention"  # every pooling of `models.networks.pooling` that has weights is called so
WINDOWS = "patches"  # the layer that cuts windows, in networks that pool over windows


class Attention(NamedTuple):
    """The weights of a network's attention over one utterance.

    Attributes:
        times: middle of the sound that each weight stands for, in s, shape (n_steps,)
        weights: shape (n_steps,), sum to 1
    """

    times: NDArray[np.float64]
    weights: NDArray[np.float64]


def attention_over(bundle: Bundle, signal: NDArray[np.float32]) -> Attention | None:
    """How the weight of an utterance is spread over its time; None for a model without attention.

    Args:
        bundle: any
        signal: mono, shape (n_samples,), at bundle.card.sampling_rate; times count from where conditioning begins it
    """
    framing = feature_set(bundle.card.feature_set).framing
    network: Any = getattr(bundle.recogniser, "model", None)
    if network is None or framing is None or not any(layer.name == LAYER for layer in network.layers):
        return None
    frames = bundle.features(signal)
    weights, n_padded = _weights(network, frames, bundle.recogniser)
    first, length = _frames_of_steps(network, n_steps=len(weights), n_frames=n_padded)
    real = first < len(frames)
    last = np.minimum(first + length, len(frames))
    hop = framing(**feature_set(bundle.card.feature_set).settings(bundle.sections)).hop
    return Attention((first + last)[real] / 2 * hop, weights[real])


def _weights(network: Any, frames: NDArray[np.float32], recogniser: Any) -> tuple[NDArray[np.float64], int]:
    """Shape (n_steps,), padding included, and the number of padded frames."""
    import keras  # noqa: PLC0415

    from ser_tasks.models.training.trainer import inputs  # noqa: PLC0415  with Keras

    padded = inputs([frames], settings=recogniser.section.training)
    _, weights = network.get_layer(LAYER).output
    answer = keras.ops.convert_to_numpy(keras.Model(network.input, weights)(padded, training=False))
    return np.asarray(answer[0], np.float64), keras.tree.flatten(padded)[0].shape[1]


def _frames_of_steps(network: Any, *, n_steps: int, n_frames: int) -> tuple[NDArray[np.intp], int]:
    """The first frame under each step, and how many there are under it."""
    windows = next((layer for layer in network.layers if layer.name == WINDOWS), None)
    if windows is not None:
        return np.arange(n_steps) * windows.step, windows.length
    stride = -(-n_frames // n_steps)  # every layer halves, rounding up
    return np.arange(n_steps) * stride, stride
