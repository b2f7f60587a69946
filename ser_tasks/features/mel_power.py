"""Power in mel bands, before any logarithm."""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from ser_tasks.features.framing import checked, frames_centred, samples_of
from ser_tasks.features.log_mel import hann, mel_filters


def mel_power(
    signal: NDArray[np.floating],
    *,
    sampling_rate: int,
    window: float,
    hop: float,
    n_mels: int,
    f_min: float,
    f_max: float,
) -> NDArray[np.float32]:
    """Mel spectrogram of one utterance, for one of the LOG_LAWS.

    Args:
        signal: mono waveform, shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz, of the signal and of the bands alike
        window: Hann window in s, zero-padded to the next power of two
        hop: between frame centres, in s; the first is centred on the first sample
        n_mels: Slaney mel bands from f_min to f_max, in Hz

    Returns:
        shape (1 + n_samples // hop, n_mels), power, at least 0, time first

    Raises:
        UserError: no samples, f_max above half the sampling rate, or a band without any FFT bin
    """
    n_window, n_hop = samples_of(window, sampling_rate), samples_of(hop, sampling_rate)
    n_fft = 1 << (n_window - 1).bit_length()
    frames = frames_centred(checked(signal).astype(np.float32, copy=False), window=n_window, hop=n_hop)
    spectrum = scipy.fft.rfft(frames * hann(n_window), n=n_fft, axis=1)
    filters = mel_filters(sampling_rate=sampling_rate, n_fft=n_fft, n_mels=n_mels, f_min=f_min, f_max=f_max)
    return np.asarray((filters @ (spectrum.real**2 + spectrum.imag**2).T).T, np.float32)
