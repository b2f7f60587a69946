"""The encoder of Whisper in NumPy: every layer, of a clip as long as it is.

Whisper was trained on clips padded to 30 s, and its implementations pad. The encoder serves as well without (its
positions count from the beginning), for an eighth of the cost, and the embedding does not depend on the padding.

Source: Radford et al. (2022), arXiv:2212.04356; hidden states are counted as `WhisperEncoder` of transformers counts
them, its log-mel spectrogram and its layers being the oracle of the tests
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from scipy.special import ndtr

from ser_tasks.errors import UserError
from ser_tasks.features.encoders.ctranslate2_weights import read_weights
from ser_tasks.features.framing import checked, hann
from ser_tasks.features.mel_power import mel_filters

Array: TypeAlias = NDArray[np.float32]

FILE = "model.bin"
SAMPLING_RATE = 16_000  # Hz
WINDOW, HOP = 400, 160  # samples
HIGHEST = 8_000  # Hz
EPSILON = 1e-5  # of its layer norms
STRIDE = 2  # of the second convolution: frames of 20 ms


@dataclass(frozen=True)
class WhisperEncoder:
    """Weights of an encoder, ready to use.

    Attributes:
        weights: by the names of CTranslate2 below encoder/, matrices of shape (outputs, inputs)
    """

    weights: Mapping[str, Any]
    sampling_rate: int = SAMPLING_RATE

    @classmethod
    def load(cls, folder: Path) -> WhisperEncoder:
        """Read the folder of a model of faster-whisper, of any of its types of numbers.

        Raises:
            UserError: no such file, or no Whisper in it
        """
        file = folder / FILE
        if not file.is_file():
            raise UserError(f"{folder}: no {FILE}. Give the folder of a Whisper model converted for CTranslate2.")
        weights = read_weights(file, below="encoder/")
        missing = {"conv1/weight", "conv2/weight", "position_encodings/encodings", "layer_norm/gamma"} - {*weights}
        if missing:
            raise UserError(f"{file}: no Whisper: its encoder has no {', '.join(sorted(missing))}.")
        return cls(weights)

    @property
    def n_layers(self) -> int:
        """Hidden states: what enters the first block, and what leaves each."""
        return 1 + sum(name.endswith("self_attention/linear_0/weight") for name in self.weights)

    @property
    def width(self) -> int:
        """Units of each hidden state."""
        return int(self.weights["layer_norm/gamma"].size)

    def __call__(self, signal: NDArray[np.floating]) -> list[Array]:
        """Hidden states of every layer.

        Args:
            signal: mono, shape (n_samples,), at 16 kHz, full scale [-1, 1]

        Returns:
            n_layers arrays of shape (n_frames, width), a frame each 20 ms: 0 is what enters the first block, the last
            is normalised. What is longer than 30 s is encoded in equal parts.
        """
        positions = len(self.weights["position_encodings/encodings"])
        n_frames = len(checked(signal)) // (STRIDE * HOP)
        n_parts = max(1, -(-n_frames // positions))
        starts = [n_frames * part // n_parts * STRIDE * HOP for part in range(n_parts)]
        parts = [self._part(signal[start:end]) for start, end in zip(starts, [*starts[1:], None], strict=True)]
        return parts[0] if n_parts == 1 else [np.concatenate(layer) for layer in zip(*parts, strict=True)]

    def _part(self, signal: NDArray[np.floating]) -> list[Array]:
        own = self.weights
        mel = log_mel(signal, n_mels=own["conv1/weight"].shape[1])
        hidden = _gelu(_convolution(mel, own["conv1/weight"], own["conv1/bias"], stride=1))
        hidden = _gelu(_convolution(hidden, own["conv2/weight"], own["conv2/bias"], stride=STRIDE))
        positions = own["position_encodings/encodings"]
        hidden = hidden[: len(positions)] + positions[: len(hidden)]
        layers = [hidden]
        for block in range(self.n_layers - 1):
            hidden = self._block(hidden, f"layer_{block}/")
            layers.append(hidden)
        return [*layers[:-1], self._normalised(hidden, "layer_norm")]

    def _block(self, hidden: Array, name: str) -> Array:
        inside = self._linear(
            self._normalised(hidden, f"{name}self_attention/layer_norm"), f"{name}self_attention/linear_0"
        )
        hidden = hidden + self._linear(self._attended(inside), f"{name}self_attention/linear_1")
        inside = self._linear(self._normalised(hidden, f"{name}ffn/layer_norm"), f"{name}ffn/linear_0")
        return np.asarray(hidden + self._linear(_gelu(inside), f"{name}ffn/linear_1"))

    def _attended(self, projected: Array) -> Array:
        """Every frame looks at every frame: (n_frames, 3 * width), queries, keys and values, -> (n_frames, width)."""
        n_frames, heads = len(projected), int(self.weights["num_heads"])
        query, key, value = projected.reshape(n_frames, 3, heads, -1).transpose(1, 2, 0, 3)
        scores = (query * np.float32(query.shape[-1] ** -0.5)) @ key.transpose(0, 2, 1)
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        mixed = (scores @ value) / scores.sum(axis=-1, keepdims=True)
        return np.asarray(mixed.transpose(1, 0, 2).reshape(n_frames, -1))

    def _linear(self, hidden: Array, name: str) -> Array:
        projected: Array = hidden @ self.weights[f"{name}/weight"].T
        projected += self.weights[f"{name}/bias"]
        return projected

    def _normalised(self, hidden: Array, name: str) -> Array:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        centred /= np.sqrt(np.mean(centred * centred, axis=-1, keepdims=True) + np.float32(EPSILON))
        scaled: Array = centred * self.weights[f"{name}/gamma"] + self.weights[f"{name}/beta"]
        return scaled


def log_mel(signal: NDArray[np.floating], *, n_mels: int) -> Array:
    """Log-mel spectrogram, Whisper's input, of shape (n_samples // 160, n_mels), at least two frames.

    Args:
        signal: mono at 16 kHz; what is shorter than two frames is filled up with zeros
        n_mels: 80, or 128 of large-v3
    """
    signal = np.asarray(signal, np.float32)
    if len(signal) < WINDOW:
        signal = np.pad(signal, (0, WINDOW - len(signal)))
    padded = np.pad(signal, WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[: len(signal) // HOP * HOP : HOP]
    spectrum = scipy.fft.rfft(frames * hann(WINDOW), axis=1)
    filters = mel_filters(sampling_rate=SAMPLING_RATE, n_fft=WINDOW, n_mels=n_mels, f_min=0, f_max=HIGHEST)
    power = np.asarray((filters @ (spectrum.real**2 + spectrum.imag**2).T).T, np.float32)
    levels = np.log10(np.maximum(power, np.float32(1e-10)))
    return np.asarray((np.maximum(levels, levels.max() - 8) + 4) / 4, np.float32)


def _convolution(frames: Array, weight: Array, bias: Array, *, stride: int) -> Array:
    """Kernels of three frames, zeros beyond the ends: (n_frames, inputs) -> (ceil(n_frames / stride), outputs)."""
    padded = np.pad(frames, ((1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2], axis=0)[::stride]
    return np.asarray(windows.reshape(len(windows), -1) @ weight.reshape(len(weight), -1).T + bias)


def _gelu(values: Array) -> Array:
    """Each value times the share of a normal distribution below it."""
    return np.asarray(values * ndtr(values), np.float32)
