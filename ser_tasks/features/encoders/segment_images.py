"""Images of the log-mel spectrogram for networks that were trained on photographs.

Source: Zhang et al. (2021), doi:10.3389/fphys.2021.643202
"""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.deltas import regression_deltas
from ser_tasks.features.framing import checked
from ser_tasks.features.log_mel import log_mel_spectrogram

SAMPLING_RATE = 16_000  # Hz
WINDOW, HOP = 0.025, 0.010  # s
BANDS, LOWEST, HIGHEST = 64, 20.0, 8_000.0  # of them, Hz, Hz
DYNAMIC_RANGE = 80.0  # dB
REACH = 2  # frames on each side of a slope
LENGTH, STEP = 64, 32  # frames of a segment, and to the next
SPREAD = 0.5  # standard deviation of each channel over a clip, as photographs scaled to [-1, 1] have it


def segment_images(signal: NDArray[np.floating]) -> NDArray[np.float32]:
    """Segments of static, slope, and slope of the slope, (n_samples,) at 16 kHz -> (n_segments, 64, 64, 3).

    Time first, then mel bands. Each channel has mean 0 and standard deviation 0.5 over the clip; what the last
    segment has beyond the end is 0, as the mean is.
    """
    static = log_mel_spectrogram(
        checked(signal),
        sampling_rate=SAMPLING_RATE,
        window=WINDOW,
        hop=HOP,
        n_mels=BANDS,
        f_min=LOWEST,
        f_max=HIGHEST,
        dynamic_range=DYNAMIC_RANGE,
        law="db",
    )
    slope = regression_deltas(static, reach=REACH)
    channels = [_scaled(values) for values in (static, slope, regression_deltas(slope, reach=REACH))]
    frames = np.stack(channels, axis=-1)
    n_segments = 1 + max(0, -(-(len(frames) - LENGTH) // STEP))
    missing = (n_segments - 1) * STEP + LENGTH - len(frames)
    frames = np.pad(frames, ((0, missing), (0, 0), (0, 0)))
    return np.stack([frames[at : at + LENGTH] for at in range(0, n_segments * STEP, STEP)])


def _scaled(channel: NDArray[np.floating]) -> NDArray[np.float32]:
    centred = channel - channel.mean(dtype=np.float64)
    spread = centred.std(dtype=np.float64)
    return np.asarray(centred * (SPREAD / spread if spread > 1e-6 else 0), np.float32)
