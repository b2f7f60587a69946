"""The whole recogniser, from the samples to the posteriors, as one TensorFlow graph: what both converters take.

Its front end is Keras operations, step for step what `ser_tasks.audio` and `ser_tasks.features` do. Constants (window,
filters, floors) are taken from there, so that a graph and the feature store cannot drift apart. Power spectra are
products of matrices: operations that every runtime has, on every processor. The network takes one clip at a time:
nothing is padded, so nothing is masked, and converters know that the batch is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from numpy.typing import NDArray

from ser_tasks.bundles.export.exportable import AUDIO, FRONT_END, PROBABILITIES, check_conditioning
from ser_tasks.bundles.onnx_network.fused_layers import PositiveWindows, without_dropout
from ser_tasks.errors import UserError
from ser_tasks.features.framing import hann, samples_of
from ser_tasks.features.log_scales import EPSILON, FLOOR_POWER, GAIN
from ser_tasks.features.mel_power import mel_filters
from ser_tasks.features.psd_image import psd_floor
from ser_tasks.models.networks.rolling_windows import RollingWindows

if TYPE_CHECKING:
    from ser_tasks.features.log_mel import LogMelParams
    from ser_tasks.features.psd_image import PsdImageParams
    from ser_tasks.params import AudioParams, ConditioningParams, Section

LAWS: Mapping[str, Callable[[Any], Any]] = {
    "ln": lambda power: ops.log(power + EPSILON),
    "ln1p": lambda power: ops.log1p(GAIN * power),
    "db": lambda power: ops.log(ops.maximum(power, FLOOR_POWER)) * (10 / np.log(10)),
}

RECURRENT = (layers.LSTM, layers.Bidirectional)


def frames_of(signal: Any, *, window: int, hop: int) -> Any:
    """Frames that lie wholly inside the signal: (n_samples,) -> (n_frames, window), lengths in samples."""
    return ops.extract_sequences(signal, window, hop)


def power_spectrum(frames: Any, *, n_fft: int) -> Any:
    """Squared magnitude of the DFT of frames under a periodic Hann window.

    Phase counts from the middle of the frame, which changes no magnitude. The window is symmetric about it and 0 on the
    first sample, so the real part needs the sums of mirrored samples alone, the imaginary part their differences: half
    the products, and half the constants in a file.

    Args:
        frames: shape (n_frames, n_window), float32
        n_fft: the frames count as filled up with zeros to this length

    Returns:
        shape (n_frames, n_fft // 2 + 1)
    """
    n_window = frames.shape[1]
    left, right = frames[:, 1 : (n_window + 1) // 2], frames[:, : n_window // 2 : -1]
    middle = frames[:, n_window // 2 : n_window // 2 + 1 - n_window % 2]  # none where the length is odd
    real, imaginary = half_dft(n_window, n_fft)
    sums = ops.concatenate([left + right, middle], axis=1)
    return ops.square(ops.matmul(sums, real)) + ops.square(ops.matmul(left - right, imaginary))


def half_dft(n_window: int, n_fft: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Hann-weighted cosines, (n_window // 2, n_fft // 2 + 1), and sines, without the row of the middle sample."""
    samples = np.arange(1, n_window // 2 + 1)
    turns = np.outer(n_window / 2 - samples, np.arange(n_fft // 2 + 1)) / n_fft
    weights = hann(n_window).astype(np.float64)[samples, None]
    real, imaginary = weights * np.cos(2 * np.pi * turns), weights * np.sin(2 * np.pi * turns)
    return real.astype(np.float32), imaginary[: (n_window - 1) // 2].astype(np.float32)


def front_end(feature_set: str, sections: Mapping[str, Section]) -> Callable[[Any], Any]:
    """The way from a signal to the rows that a network reads.

    Args:
        feature_set: 'log_mel' or 'psd_image'
        sections: of params.yaml, as the bundle keeps them

    Returns:
        signal (n_samples,), float32, full scale [-1, 1], at audio.sampling_rate -> (n_frames, n_dims)

    Raises:
        UserError: a conditioning step that is not done here
    """
    settings: Any = sections
    condition = conditioning(settings["conditioning"])
    features = FRONT_ENDS[feature_set](settings)
    return lambda signal: features(condition(signal))


def conditioning(settings: ConditioningParams) -> Callable[[Any], Any]:
    """`ser_tasks.audio.conditioning`: (n_samples,) -> the same shape.

    Raises:
        UserError: a step that is not done here
    """
    check_conditioning(settings)

    def conditioned(signal: Any) -> Any:
        if settings.pre_emphasis is not None:
            signal = signal - settings.pre_emphasis * ops.pad(signal, [[1, 0]])[:-1]
        if settings.peak is not None:
            loudest = ops.max(ops.abs(signal))
            signal = signal * (settings.peak / ops.where(loudest > 0, loudest, 1.0))
        return signal

    return conditioned


def log_mel(audio: AudioParams, settings: LogMelParams) -> Callable[[Any], Any]:
    """`ser_tasks.features.log_mel`: (n_samples,) -> (1 + n_samples // hop, n_mels)."""
    window, hop = (samples_of(seconds, audio.sampling_rate) for seconds in (settings.window, settings.hop))
    n_fft = 1 << (window - 1).bit_length()
    bands = {"n_mels": settings.n_mels, "f_min": settings.f_min, "f_max": settings.f_max}
    filters = mel_filters(sampling_rate=audio.sampling_rate, n_fft=n_fft, **bands).toarray().T

    def extracted(signal: Any) -> Any:
        frames = frames_of(ops.pad(signal, [[window // 2, window - window // 2]]), window=window, hop=hop)
        power = ops.matmul(power_spectrum(frames, n_fft=n_fft), filters)
        if settings.dynamic_range is not None:
            power = ops.maximum(power, ops.max(power) * 10 ** (-settings.dynamic_range / 10))
        return LAWS[settings.law](power)

    return extracted


def psd_image(audio: AudioParams, settings: PsdImageParams) -> Callable[[Any], Any]:
    """`ser_tasks.features.psd_image`: (n_samples,) -> (n_blocks, n_fft // 2)."""
    n_fft, block = settings.n_fft, settings.block
    window = hann(n_fft)
    sides = np.where(np.arange(n_fft // 2) == 0, 1, 2)  # what the negative frequencies hold
    scale = (sides / (audio.sampling_rate * np.sum(window.astype(np.float64) ** 2))).astype(np.float32)
    floor = float(np.exp(psd_floor(audio.sampling_rate)))

    def extracted(signal: Any) -> Any:
        filled = ops.pad(signal, [[0, n_fft]])[: ops.maximum(ops.shape(signal)[0], n_fft)]
        frames = frames_of(filled, window=n_fft, hop=settings.hop_length)
        density = power_spectrum(frames, n_fft=n_fft)[:, : n_fft // 2] * scale
        return _means_of_blocks(ops.log(ops.maximum(density, floor)), block)

    return extracted


def _means_of_blocks(rows: Any, block: int) -> Any:
    """Means of `block` rows in a row, the last of those that are left."""
    n_rows = ops.shape(rows)[0]
    n_blocks = (n_rows + block - 1) // block
    filled = ops.pad(rows, [[0, block], [0, 0]])[: n_blocks * block]
    present = ops.cast(ops.arange(n_blocks * block) < n_rows, "float32")
    sums = ops.sum(ops.reshape(filled, (n_blocks, block, rows.shape[1])), axis=1)
    return sums / ops.sum(ops.reshape(present, (n_blocks, block)), axis=1, keepdims=True)


FRONT_ENDS: Mapping[str, Callable[[Any], Callable[[Any], Any]]] = {  # as FEATURE_SETS in exportable.py
    "log_mel": lambda sections: log_mel(sections["audio"], sections["log_mel"]),
    "psd_image": lambda sections: psd_image(sections["audio"], sections["psd_image"]),
}


class OneClipWindows(PositiveWindows):
    """The same windows of a batch of one, whose size stays known."""

    def _in_steps(self, x: Any, n_steps: Any) -> Any:
        padding = [[0, 0], [0, self.length], *([0, 0] for _ in x.shape[2:])]
        x = ops.pad(x, padding)[:, : n_steps * self.step]
        return ops.reshape(x, (1, n_steps, self.step, *x.shape[2:]))


def one_clip(network: keras.Model) -> keras.Model:
    """A copy of a network that gives the same logits for a batch of one clip with a mask of ones.

    Recurrent layers lose their mask, which costs them most of their speed outside Keras: of one clip all windows and
    frames are real.

    Args:
        network: one of `ser_tasks.models.networks`
    """
    copy = keras.models.clone_model(network, clone_function=_cloned, call_function=_applied)
    copy.set_weights(network.get_weights())
    return copy


def _cloned(layer: layers.Layer) -> layers.Layer:
    kind = OneClipWindows if isinstance(layer, RollingWindows) else type(layer)
    return kind.from_config(without_dropout(layer.get_config()))


def _applied(layer: layers.Layer, *args: Any, **kwargs: Any) -> Any:
    if isinstance(layer, RECURRENT):
        kwargs.pop("mask", None)
    return layer(*args, **kwargs)


def whole_recogniser(
    network: keras.Model, *, temperature: float, feature_set: str, sections: Mapping[str, Section]
) -> Any:
    """Sound in, calibrated probabilities out.

    Args:
        network: (frames, mask) -> logits
        temperature: of its posteriors
        feature_set: that it reads
        sections: of params.yaml, that decide the features, conditioning among them

    Returns:
        a tf.function: audio (n_samples,), any number from 1 on -> {"probabilities": (n_classes,)}, all float32

    Raises:
        UserError: the features cannot be computed in a graph, or Keras runs on another backend than TensorFlow
    """
    if keras.backend.backend() != "tensorflow":
        raise UserError(
            f"Keras runs on {keras.backend.backend()}, but the converters read TensorFlow graphs. "
            "Run it again with KERAS_BACKEND=tensorflow: a bundle is the same on every backend."
        )
    features, clip = front_end(feature_set, sections), one_clip(network)

    def recognise(audio: Any) -> dict[str, Any]:
        with tf.name_scope(FRONT_END):
            frames = features(audio)[None]
        logits = clip({"frames": frames, "mask": ops.ones_like(frames[:, :, 0])}, training=False)
        return {PROBABILITIES: ops.softmax(ops.cast(logits[0], "float32") / temperature)}

    return tf.function(recognise, input_signature=[tf.TensorSpec((None,), tf.float32, name=AUDIO)], autograph=False)
