"""A telephone line: a narrow band, 8 kHz, eight bits."""

import io

import numpy as np
import scipy  # loads its parts when they are first used
import soundfile
import soxr
from numpy.typing import NDArray

Signal = NDArray[np.float32]
RATE, LOWEST = 8_000, 300  # Hz
ORDER = 4  # of the Butterworth filter, which is passed forwards and backwards, so that nothing is delayed


def telephoned(signal: Signal, *, sampling_rate: int, highest: float) -> Signal:
    """Resampled to 8 kHz, band-passed from 300 Hz on, coded by mu-law, and resampled back.

    Args:
        signal: mono waveform, shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz
        highest: upper end of the band in Hz, by custom 3400; here and at LOWEST it is 6 dB down

    Returns:
        shape (n_samples,)

    Source: ITU-T G.711 (mu-law, by libsndfile); the band is that of ITU-T G.712
    """
    narrow = soxr.resample(signal, sampling_rate, RATE, quality="HQ")
    band = scipy.signal.butter(ORDER, (LOWEST, highest), "bandpass", fs=RATE, output="sos")
    padding = min(3 * (2 * len(band) + 1), len(narrow) - 1)
    coded = _mu_law(scipy.signal.sosfiltfilt(band, narrow, padlen=padding))
    back = soxr.resample(coded, RATE, sampling_rate, quality="HQ")[: len(signal)]
    return np.asarray(np.pad(back, (0, len(signal) - len(back))), np.float32)


def _mu_law(signal: NDArray[np.floating]) -> Signal:
    """Coded and decoded again, shape (n_samples,); what leaves full scale clips."""
    line = io.BytesIO()
    soundfile.write(line, signal, RATE, format="WAV", subtype="ULAW")
    line.seek(0)
    decoded: Signal = soundfile.read(line, dtype="float32")[0]
    return decoded
