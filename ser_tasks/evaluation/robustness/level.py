"""The level of speech: where somebody speaks, not where the recording waits."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.framing import frames_inside, samples_of
from ser_tasks.features.functionals import loud_frames

WINDOW, HOP = 0.025, 0.010  # s


def speech_power(signal: NDArray[np.floating], *, sampling_rate: int, speech_range: float) -> float:
    """Mean square over the active part of speech: the frames that `loud_frames` takes for speech.

    Args:
        signal: mono waveform, shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz
        speech_range: dB below the loud frames (98th percentile) of the clip, down to which a frame counts

    Returns:
        0 for digital silence

    Source: the idea of ITU-T P.56, which leaves pauses out of the level of speech, too
    """
    window, hop = samples_of(WINDOW, sampling_rate), samples_of(HOP, sampling_rate)
    speech = loud_frames(signal, frames_inside, window=window, hop=hop, loudness_range=speech_range)
    power = frames_inside(np.asarray(signal, np.float64) ** 2, window=window, hop=hop).mean(axis=1)
    return float(power[speech].mean())
