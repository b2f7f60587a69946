"""The encoder of Whisper as Keras layers: frozen, trained further, or changed by matrices of low rank.

Padding is nothing to any of them. The encoder in NumPy (`features/encoders/whisper.py`) is the oracle of their tests.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from ser_tasks.models.networks.keep_real import KeepReal
from ser_tasks.models.networks.pooling import masked_softmax
from ser_tasks.models.networks.standardise import Standardise

EPSILON = 1e-5  # of its layer norms
KERNEL = 3  # frames of each convolution
STRIDE = 2  # of the second

Shape = tuple[int | None, ...]
Weights = Mapping[str, Any]  # by the names of CTranslate2 below encoder/


class Taken(layers.Layer):  # type: ignore[misc]  # keras has no types
    """Base of layers whose weights are those of an encoder: `take` sets them once the layer is built."""

    NAMES: Mapping[str, str]  # attribute -> name of its weights

    def take(self, weights: Weights) -> None:
        """Set every variable of NAMES; a matrix (outputs, inputs) becomes (inputs, outputs)."""
        for attribute, name in self.NAMES.items():
            values = np.asarray(weights[name])
            getattr(self, attribute).assign(values.T if values.ndim > 1 and attribute.endswith("kernel") else values)


@keras.saving.register_keras_serializable("ser")
class KeepScale(Standardise):
    """In place of the layer that standardises the input of every other network: an encoder has a scale of its own.

    Frames stay as they are, 0 on padding. What is usual in the training part is kept, as there, for whoever asks.
    """

    def call(self, frames: Any, real: Any) -> Any:
        """Shapes (batch, n_frames, n_dims) and (batch, n_frames)."""
        return ops.where(ops.expand_dims(real, -1) > 0, frames, 0.0)


@keras.saving.register_keras_serializable("ser")
class WhisperFront(Taken):
    """Two convolutions and the positions: (batch, n_frames, n_mels) -> (batch, ceil(n_frames / 2), width), frozen.

    Beyond the last position, at 30 s, they begin again.
    """

    NAMES: Mapping[str, str] = {
        "bias_1": "conv1/bias",
        "bias_2": "conv2/bias",
        "kernel_1": "conv1/weight",
        "kernel_2": "conv2/weight",
        "positions": "position_encodings/encodings",
    }

    def __init__(self, *, width: int, n_positions: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width, self.n_positions = width, n_positions

    def build(self, frames_shape: Shape, real_shape: Shape) -> None:
        """Kernels of three frames."""

        def frozen(name: str, *shape: int | None) -> Any:
            return self.add_weight(shape=shape, initializer="zeros", trainable=False, name=name)

        self.kernel_1 = frozen("kernel_1", KERNEL, frames_shape[-1], self.width)
        self.kernel_2 = frozen("kernel_2", KERNEL, self.width, self.width)
        self.bias_1, self.bias_2 = frozen("bias_1", self.width), frozen("bias_2", self.width)
        self.positions = frozen("positions", self.n_positions, self.width)

    def take(self, weights: Weights) -> None:
        """Kernels (outputs, inputs, frames) become (frames, inputs, outputs)."""
        turned = {name: np.transpose(weights[name], (2, 1, 0)) for name in ("conv1/weight", "conv2/weight")}
        super().take({**weights, **turned})

    def call(self, frames: Any, real: Any) -> Any:
        """What enters the first block; arbitrary on padding."""
        real = ops.cast(ops.expand_dims(real, -1), frames.dtype)
        hidden = _gelu(_convolution(frames * real, self.kernel_1, 1) + self.bias_1) * real
        hidden = _gelu(_convolution(hidden, self.kernel_2, STRIDE) + self.bias_2)
        places = ops.mod(ops.arange(ops.shape(hidden)[1]), self.n_positions)
        return hidden + ops.take(self.positions, places, axis=0)

    def compute_output_shape(self, frames_shape: Shape, real_shape: Shape) -> Shape:
        """Half as many frames."""
        n_frames = frames_shape[1]
        return frames_shape[0], None if n_frames is None else -(-n_frames // STRIDE), self.width

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "width": self.width, "n_positions": self.n_positions}


@keras.saving.register_keras_serializable("ser")
class WhisperBlock(Taken):
    """Self-attention and two dense layers, each with a layer norm before it and the sum with its input behind it.

    Queries, keys and values are W x + (alpha / rank) B A x: W is that of the encoder, A and B are trained, B from 0,
    so that a block begins as the encoder's.

    Attributes:
        heads: of the self-attention
        inner: units of the first dense layer
        trained: whether W and all else of the encoder is trained too
        rank: of B A; 0: there is none
        alpha: see above

    Source: Vaswani et al. (2017), arXiv:1706.03762; low rank: Hu et al. (2022), arXiv:2106.09685, which leaves the
    keys as they are
    """

    NAMES: Mapping[str, str] = {
        "attention_gamma": "self_attention/layer_norm/gamma",
        "attention_beta": "self_attention/layer_norm/beta",
        "projection_kernel": "self_attention/linear_0/weight",
        "projection_bias": "self_attention/linear_0/bias",
        "mixing_kernel": "self_attention/linear_1/weight",
        "mixing_bias": "self_attention/linear_1/bias",
        "dense_gamma": "ffn/layer_norm/gamma",
        "dense_beta": "ffn/layer_norm/beta",
        "inner_kernel": "ffn/linear_0/weight",
        "inner_bias": "ffn/linear_0/bias",
        "outer_kernel": "ffn/linear_1/weight",
        "outer_bias": "ffn/linear_1/bias",
    }

    def __init__(self, *, heads: int, inner: int, trained: bool, rank: int, alpha: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads, self.inner, self.trained, self.rank, self.alpha = heads, inner, trained, rank, alpha

    def build(self, hidden_shape: Shape, real_shape: Shape) -> None:
        """Weights of the encoder, to be taken from it; A and B."""
        width = int(hidden_shape[-1] or 0)
        sizes = {"projection": (width, 3 * width), "mixing": (width, width)}
        sizes |= {"inner": (width, self.inner), "outer": (self.inner, width)}
        for name, shape in sizes.items():
            self._own(f"{name}_kernel", shape, "zeros")
            self._own(f"{name}_bias", shape[1:], "zeros")
        for name in ("attention", "dense"):
            self._own(f"{name}_gamma", (width,), "ones")
            self._own(f"{name}_beta", (width,), "zeros")
        if self.rank:
            self.low = self.add_weight(shape=(width, self.rank), initializer="he_uniform", name="low")
            self.back = self.add_weight(shape=(self.rank, 3 * width), initializer="zeros", name="back")

    def _own(self, name: str, shape: tuple[int, ...], initializer: str) -> None:
        setattr(self, name, self.add_weight(shape=shape, initializer=initializer, trainable=self.trained, name=name))

    def take(self, weights: Weights) -> None:
        """Those of the block that the layer is named after: layer_0 is the first."""
        own = f"{self.name}/"
        super().take({name.removeprefix(own): values for name, values in weights.items() if name.startswith(own)})

    def call(self, hidden: Any, real: Any) -> Any:
        """Shapes (batch, n_frames, width) and (batch, n_frames); arbitrary on padding."""
        inside = _normalised(hidden, self.attention_gamma, self.attention_beta)
        projected = ops.matmul(inside, self.projection_kernel) + self.projection_bias
        if self.rank:
            projected += self.alpha / self.rank * ops.matmul(ops.matmul(inside, self.low), self.back)
        hidden = hidden + ops.matmul(self._attended(projected, real), self.mixing_kernel) + self.mixing_bias
        inside = _normalised(hidden, self.dense_gamma, self.dense_beta)
        inside = _gelu(ops.matmul(inside, self.inner_kernel) + self.inner_bias)
        return hidden + ops.matmul(inside, self.outer_kernel) + self.outer_bias

    def _attended(self, projected: Any, real: Any) -> Any:
        """Every frame looks at every real one: (batch, n_frames, 3 width) -> (batch, n_frames, width)."""
        batch, n_frames, together = ops.shape(projected)
        apart = ops.reshape(projected, (batch, n_frames, 3, self.heads, together // 3 // self.heads))
        query, key, value = (apart[:, :, place] for place in range(3))
        scores = ops.einsum("bqhd,bkhd->bhqk", query * query.shape[-1] ** -0.5, key)
        weights = masked_softmax(ops.cast(scores, "float32"), ops.cast(real, "float32")[:, None, None, :])
        mixed = ops.einsum("bhqk,bkhd->bqhd", ops.cast(weights, value.dtype), value)
        return ops.reshape(mixed, (batch, n_frames, together // 3))

    def compute_output_shape(self, hidden_shape: Shape, real_shape: Shape) -> Shape:
        """As what comes in."""
        return hidden_shape

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        own = {"heads": self.heads, "inner": self.inner, "trained": self.trained}
        return {**super().get_config(), **own, "rank": self.rank, "alpha": self.alpha}


def whisper_layers(
    frames: Any, real: Any, weights: Weights, *, blocks: int, trained_blocks: int, rank: int, alpha: float
) -> tuple[list[Any], Any]:
    """Hidden states of the first blocks of an encoder, whose weights `take_weights` gives to the finished network.

    Args:
        frames: log-mel, (batch, n_frames, n_mels), and real, (batch, n_frames)
        weights: of the encoder
        blocks: how many are kept, from the first
        trained_blocks: how many of these are trained, from the last
        rank, alpha: see WhisperBlock

    Returns:
        blocks + 1 tensors (batch, ceil(n_frames / 2), width): what enters the first block, and what leaves each;
        which of their frames are real
    """
    width, n_positions = len(weights["conv1/bias"]), len(weights["position_encodings/encodings"])
    hidden = WhisperFront(width=width, n_positions=n_positions, name="front")(frames, real)
    real = real[:, ::STRIDE]
    states = [KeepReal()(hidden, real)]
    for number in range(blocks):
        block = WhisperBlock(
            heads=int(weights["num_heads"]),
            inner=len(weights[f"layer_{number}/ffn/linear_0/bias"]),
            trained=number >= blocks - trained_blocks,
            rank=rank,
            alpha=alpha,
            name=f"layer_{number}",
        )
        states.append(KeepReal()(block(states[-1], real), real))
    return states, real


def take_weights(model: keras.Model, weights: Weights) -> None:
    """Give the layers of an encoder in a network their weights."""
    for layer in model.layers:
        if isinstance(layer, Taken):
            layer.take(weights)


def _convolution(frames: Any, kernel: Any, stride: int) -> Any:
    """Zeros beyond the ends."""
    padded = ops.pad(frames, ((0, 0), (1, 1), (0, 0)))
    return ops.conv(padded, kernel, strides=stride, padding="valid", data_format="channels_last")


def _gelu(values: Any) -> Any:
    """By erf: Keras' own is erfc on TensorFlow, which tf2onnx 1.17 cannot convert."""
    return values * 0.5 * (1 + ops.erf(values * 2**-0.5))


def _normalised(hidden: Any, gamma: Any, beta: Any) -> Any:
    """In float32, as statistics need."""
    wide = ops.cast(hidden, "float32")
    centred = wide - ops.mean(wide, axis=-1, keepdims=True)
    scaled = centred * ops.rsqrt(ops.mean(ops.square(centred), axis=-1, keepdims=True) + EPSILON)
    return ops.cast(scaled, hidden.dtype) * gamma + beta
