"""From sound to features by Keras operations, step for step what `ser_tasks.audio` and `ser_tasks.features` do.

Constants (window, filters, floors) are taken from there, so that a graph and the feature store cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from ser_tasks.bundles.export.exportable import refuse_conditioning
from ser_tasks.bundles.export.spectrum import frames_of, power_spectrum
from ser_tasks.features.framing import hann, samples_of
from ser_tasks.features.log_laws import EPSILON, FLOOR_POWER, GAIN
from ser_tasks.features.mel_power import mel_filters
from ser_tasks.features.psd_image import psd_floor

if TYPE_CHECKING:
    from ser_tasks.features.log_mel import LogMelParams
    from ser_tasks.features.psd_image import PsdImageParams
    from ser_tasks.params import AudioParams, ConditioningParams, Section

LAWS: Mapping[str, Callable[[Any], Any]] = {
    "ln": lambda power: ops.log(power + EPSILON),
    "ln1p": lambda power: ops.log1p(GAIN * power),
    "db": lambda power: ops.log(ops.maximum(power, FLOOR_POWER)) * (10 / np.log(10)),
}


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
    refuse_conditioning(settings)

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
