"""Signal-to-noise ratio of a recording, estimated from the recording alone."""

import numpy as np
from numpy.typing import NDArray

FRAME, HOP = 0.020, 0.010  # s
QUIET = 0.10  # share of the frames in which nobody speaks, at least
LOUD = 0.95  # quantile of the frames that says how loud speech gets
REACH = 10.0  # dB below that, frames still are speech
SILENCE = 1e-12  # power of digital silence, which says nothing about a microphone
LIMITS = (-10.0, 100.0)  # dB


def estimated_snr(signal: NDArray[np.floating], *, sampling_rate: int) -> float:
    """Mean power of the loud frames less that of the noise, over the noise, in dB, within LIMITS; NaN of silence.

    The noise is the 10 % quantile of the powers of all frames: too much in a clip without a pause, so that clips cut
    close to the words seem noisier than they are, and too little where noise comes and goes. It orders recordings of
    one corpus; it does not measure a microphone.

    Args:
        signal: mono, shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz

    Source: the speech and noise quantiles of NIST's `stnr`, as Ellis (2011) describes it in SNReval, "Objective
    measures of speech quality/SNR"
    """
    powers = _frame_powers(np.asarray(signal, np.float64), sampling_rate)
    powers = powers[powers > SILENCE]
    if len(powers) == 0:
        return float("nan")
    noise = float(np.quantile(powers, QUIET))
    speech = float(powers[powers >= np.quantile(powers, LOUD) * 10 ** (-REACH / 10)].mean())
    ratio = max(speech - noise, SILENCE) / noise
    return float(np.clip(10 * np.log10(ratio), *LIMITS))


def _frame_powers(signal: NDArray[np.float64], sampling_rate: int) -> NDArray[np.float64]:
    """Variance of each frame, shape (n_frames,); a signal shorter than a frame is one."""
    length, hop = round(FRAME * sampling_rate), round(HOP * sampling_rate)
    if len(signal) < length:
        return np.array([signal.var()]) if len(signal) else np.empty(0)
    frames = np.lib.stride_tricks.sliding_window_view(signal, length)[::hop]
    return np.asarray(frames.var(axis=1))
