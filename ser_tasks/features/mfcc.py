"""Mel-frequency cepstral coefficients: the log-mel spectrum in few, nearly uncorrelated numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from pydantic import PositiveInt

from ser_tasks.errors import UserError
from ser_tasks.features.deltas import regression_deltas
from ser_tasks.features.feature_set import FeatureSet, framing_of
from ser_tasks.features.log_mel import log_mel_spectrogram
from ser_tasks.params.base import Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.features.log_mel import LogMelParams
    from ser_tasks.params import AudioParams


class MfccParams(Section):
    """Cepstrum of the log-mel spectrogram."""

    n_mfcc: PositiveInt  # coefficients
    deltas: bool  # first and second regression deltas
    delta_reach: PositiveInt  # frames on each side of a regression


def cepstral_coefficients(
    log_mel: NDArray[np.float32], *, n_mfcc: int, deltas: bool, delta_reach: int
) -> NDArray[np.float32]:
    """Orthonormal DCT-II over the bands, with slope and curvature over time.

    Args:
        log_mel: in dB, shape (n_frames, n_mels)
        n_mfcc: coefficients kept, the first (c0) is the level
        deltas: append the regression deltas, and those of the deltas
        delta_reach: frames on each side of a regression

    Returns:
        shape (n_frames, n_mfcc), or (n_frames, 3 * n_mfcc) with deltas, named by `mfcc_names`

    Raises:
        UserError: more coefficients than bands

    Source: Davis & Mermelstein (1980), doi:10.1109/TASSP.1980.1163420
    """
    if n_mfcc > log_mel.shape[1]:
        raise UserError(
            f"mfcc.n_mfcc is {n_mfcc}, but log_mel.n_mels is {log_mel.shape[1]}. "
            "Keep at most as many coefficients as there are bands."
        )
    cepstrum = scipy.fft.dct(log_mel, type=2, norm="ortho", axis=1)[:, :n_mfcc]
    if not deltas:
        return np.asarray(cepstrum)
    slope = regression_deltas(cepstrum, reach=delta_reach)
    return np.hstack([cepstrum, slope, regression_deltas(slope, reach=delta_reach)])


def mfcc_names(*, n_mfcc: int, deltas: bool) -> tuple[str, ...]:
    """Names of the columns: c0, ..., delta c0, ..., delta delta c0, ..."""
    prefixes = ("", "delta ", "delta delta ") if deltas else ("",)
    return tuple(f"{prefix}c{i}" for prefix in prefixes for i in range(n_mfcc))


def _extract(
    signal: NDArray[np.float32], *, audio: AudioParams, log_mel: LogMelParams, mfcc: MfccParams
) -> NDArray[np.float32]:
    spectrogram = log_mel_spectrogram(signal, sampling_rate=audio.sampling_rate, **log_mel.model_dump())
    return cepstral_coefficients(spectrogram, **mfcc.model_dump())


def _dimensions(*, audio: AudioParams, log_mel: LogMelParams, mfcc: MfccParams) -> tuple[str, ...]:
    return mfcc_names(n_mfcc=mfcc.n_mfcc, deltas=mfcc.deltas)


MFCC = FeatureSet("mfcc", ("audio", "log_mel", "mfcc"), _extract, _dimensions, framing_of("log_mel"))
