"""Power in mel bands, before any logarithm."""

from functools import lru_cache

import numpy as np
import scipy  # loads its parts when they are first used
import scipy.sparse
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.features.framing import checked, frames_centred, hann, samples_of

LINEAR_UNTIL_HZ = 1_000.0  # below, 3 mel are 200 Hz; above, 27 mel are a factor of 6.4


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
    """Mel spectrogram of one utterance.

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

    Source: bands of Slaney (1998), Auditory Toolbox
    """
    n_window, n_hop = samples_of(window, sampling_rate), samples_of(hop, sampling_rate)
    n_fft = 1 << (n_window - 1).bit_length()
    frames = frames_centred(checked(signal).astype(np.float32, copy=False), window=n_window, hop=n_hop)
    spectrum = scipy.fft.rfft(frames * hann(n_window), n=n_fft, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    filters = mel_filters(sampling_rate=sampling_rate, n_fft=n_fft, n_mels=n_mels, f_min=f_min, f_max=f_max)
    return np.asarray((filters @ power.T).T, np.float32)


@lru_cache(maxsize=8)
def mel_filters(*, sampling_rate: int, n_fft: int, n_mels: int, f_min: float, f_max: float) -> scipy.sparse.csr_array:
    """Triangles of equal area, evenly spaced in mel: (n_mels, n_fft // 2 + 1), as librosa's but sparse.

    Written here, with `librosa.filters.mel` as the oracle of the tests: the same bits, but librosa loads a compiler
    (numba), which costs every worker a second, needs a folder to write to, shares a cache in it that concurrent
    workers corrupt, and is missing on training machines.

    Raises:
        UserError: f_max above half the sampling rate, or a band so narrow that no FFT bin falls into it
    """
    if not f_min < f_max <= sampling_rate / 2:
        raise UserError(
            f"log_mel: bands from {f_min} to {f_max} Hz do not fit {sampling_rate} Hz audio. "
            f"Set f_min < f_max <= {sampling_rate / 2}, or raise audio.sampling_rate."
        )
    edges = _hz(np.linspace(_mel(f_min), _mel(f_max), n_mels + 2))
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    frequency = (np.arange(n_fft // 2 + 1) * sampling_rate / n_fft)[:, None]
    triangle = np.minimum((frequency - low) / (centre - low), (high - frequency) / (high - centre))
    filters = np.maximum(triangle, 0) * 2 / (high - low)
    empty = np.flatnonzero(filters.max(axis=0) == 0)
    if len(empty):
        raise UserError(
            f"log_mel: {len(empty)} of {n_mels} bands hold no FFT bin (the first is number {empty[0]}). "
            "Lower log_mel.n_mels, or lengthen log_mel.window."
        )
    return scipy.sparse.csr_array(filters.T.astype(np.float32))


def _mel(hz: float) -> float:
    if hz < LINEAR_UNTIL_HZ:
        return hz * 3 / 200
    return 15 + 27 * float(np.log(hz / LINEAR_UNTIL_HZ) / np.log(6.4))


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, LINEAR_UNTIL_HZ * 6.4 ** ((mel - 15) / 27))
