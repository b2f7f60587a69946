"""Log-mel spectrogram: the input of the spectral models, absolute level kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveFloat, PositiveInt

from ser_tasks.features.feature_set import FeatureSet, framing_of
from ser_tasks.features.log_scales import LOG_SCALES
from ser_tasks.features.mel_power import mel_power
from ser_tasks.params.base import Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams


class LogMelParams(Section):
    """Log-mel spectrogram."""

    window: PositiveFloat  # s
    hop: PositiveFloat  # s
    n_mels: PositiveInt  # bands
    f_min: Annotated[float, Field(ge=0)]  # Hz
    f_max: PositiveFloat  # Hz
    dynamic_range: PositiveFloat | None  # dB kept below the clip's loudest band, whatever the law; null: all
    law: Literal["db", "ln", "ln1p"]  # of loudness; mfcc and functionals follow


def log_mel_spectrogram(
    signal: NDArray[np.floating],
    *,
    sampling_rate: int,
    window: float,
    hop: float,
    n_mels: int,
    f_min: float,
    f_max: float,
    dynamic_range: float | None,
    law: str,
) -> NDArray[np.float32]:
    """Log-mel spectrogram of one utterance.

    Args:
        signal, sampling_rate, window, hop, n_mels, f_min, f_max: as in `mel_power`
        dynamic_range: in dB; what lies further below the clip's loudest value is raised to that floor, which
            hides the noise of the room and digital silence alike; None keeps all that the law does
        law: entry of LOG_SCALES

    Returns:
        shape (1 + n_samples // hop, n_mels), time first; by the law "db" in dB re 1.0, at least -100 dB

    Raises:
        UserError: no samples, f_max above half the sampling rate, or a band without any FFT bin

    Source: Davis & Mermelstein (1980), doi:10.1109/TASSP.1980.1163420
    """
    power = mel_power(
        signal, sampling_rate=sampling_rate, window=window, hop=hop, n_mels=n_mels, f_min=f_min, f_max=f_max
    )
    if dynamic_range is not None:
        power = np.maximum(power, float(power.max()) * 10 ** (-dynamic_range / 10))
    return LOG_SCALES[law](power)


def _extract(signal: NDArray[np.float32], *, audio: AudioParams, log_mel: LogMelParams) -> NDArray[np.float32]:
    return log_mel_spectrogram(signal, sampling_rate=audio.sampling_rate, **log_mel.model_dump())


def _dimensions(*, audio: AudioParams, log_mel: LogMelParams) -> tuple[str, ...]:
    return tuple(f"band_{i}" for i in range(1, log_mel.n_mels + 1))


LOG_MEL = FeatureSet("log_mel", ("audio", "log_mel"), _extract, _dimensions, framing_of("log_mel"))
