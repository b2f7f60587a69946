"""Power spectral density as an image: every frequency bin, time in coarse steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy  # loads its parts when they are first used
from numpy.typing import NDArray
from pydantic import PositiveInt, model_validator

from ser_tasks.features.feature_set import FeatureSet, Framing
from ser_tasks.features.framing import checked, frames_inside, hann
from ser_tasks.params.base import Count, Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams

ROUNDING = 2.0**-30 / 12  # power of the rounding error of 16-bit samples: no sound in them is quieter


class PsdImageParams(Section):
    """Power spectral density as an image."""

    n_fft: Count  # samples of a frame
    hop_length: PositiveInt  # samples between frames
    block: PositiveInt  # frames averaged into one row

    @model_validator(mode="after")
    def _no_gaps(self) -> PsdImageParams:
        if self.hop_length > self.n_fft:
            raise ValueError(
                f"hop_length {self.hop_length} exceeds n_fft {self.n_fft}: samples between two frames would be left "
                "out. Set at most n_fft"
            )
        return self


def spectral_density_image(
    signal: NDArray[np.floating], *, sampling_rate: int, n_fft: int, hop_length: int, block: int
) -> NDArray[np.float32]:
    """Log power spectral density, averaged over blocks of frames.

    Args:
        signal: mono waveform, shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz (Sobczak: 16000)
        n_fft: Hann window and FFT length, in samples (256)
        hop_length: samples between frames (128); an incomplete last frame is dropped, a short signal filled
        block: frames averaged into one row (8, so 64 ms); the last may hold fewer

    Returns:
        shape (n_blocks, n_fft // 2): natural logarithm of the density re full scale squared per Hz, from 0 Hz up
        to the bin below half the rate; at least `psd_floor`

    Source: Sobczak (PiotrSobczak/speech-emotion-recognition), which cut or filled it to 128 rows, here with a floor;
    density: Welch (1967), doi:10.1109/TAU.1967.1161901
    """
    density = power_spectral_density(
        frames_inside(checked(signal), window=n_fft, hop=hop_length), sampling_rate=sampling_rate
    )
    loudness = np.log(np.maximum(density[:, : n_fft // 2], np.exp(psd_floor(sampling_rate))))
    starts = np.arange(0, len(loudness), block)
    frames_in = np.diff(starts, append=len(loudness))
    return np.asarray(np.add.reduceat(loudness, starts, axis=0) / frames_in[:, None], np.float32)


def power_spectral_density(frames: NDArray[np.floating], *, sampling_rate: int) -> NDArray[np.float64]:
    """One-sided density of every frame, Hann window: (n_frames, n_fft) -> (n_frames, n_fft // 2 + 1), per Hz."""
    window = hann(frames.shape[1]).astype(np.float64)
    spectrum = scipy.fft.rfft(frames * window, axis=1)
    density = (spectrum.real**2 + spectrum.imag**2) / (sampling_rate * np.sum(window**2))
    density[:, 1 : (frames.shape[1] + 1) // 2] *= 2  # what the negative frequencies hold
    return np.asarray(density)


def psd_floor(sampling_rate: int) -> float:
    """The lowest value of an image, that of digital silence: rounding noise spread evenly from 0 to half the rate."""
    return float(np.log(ROUNDING / (sampling_rate / 2)))


def _extract(signal: NDArray[np.float32], *, audio: AudioParams, psd_image: PsdImageParams) -> NDArray[np.float32]:
    return spectral_density_image(signal, sampling_rate=audio.sampling_rate, **psd_image.model_dump())


def _dimensions(*, audio: AudioParams, psd_image: PsdImageParams) -> tuple[str, ...]:
    return tuple(f"bin_{i}" for i in range(psd_image.n_fft // 2))


def _framing(*, audio: AudioParams, psd_image: PsdImageParams) -> Framing:
    """Framing of whole rows: a row covers all of its frames."""
    step = psd_image.block * psd_image.hop_length
    heard = step - psd_image.hop_length + psd_image.n_fft
    return Framing(heard / audio.sampling_rate, step / audio.sampling_rate)


PSD_IMAGE = FeatureSet("psd_image", ("audio", "psd_image"), _extract, _dimensions, _framing)
