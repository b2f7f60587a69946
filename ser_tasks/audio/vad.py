"""Peak level, and voice-activity detection: which frames hold speech, and from where to where there is any."""

import numpy as np
import webrtcvad  # type: ignore[import-untyped]
from numpy.typing import NDArray

from ser_tasks.errors import UserError

SAMPLING_RATES = (8_000, 16_000, 32_000, 48_000)  # Hz
FRAMES = (0.010, 0.020, 0.030)  # s
PEAK = 0.9  # of the copy that the detector gets: it knows absolute levels, recordings have any


def peak_normalised(signal: NDArray[np.floating], *, peak: float) -> NDArray[np.float32]:
    """The signal scaled so that its largest magnitude is `peak` (full scale is 1); silence stays silence.

    The level of a voice is a cue to emotion: this is for steps that need a fixed level, as voice-activity detection.
    """
    loudest = float(np.abs(signal).max(initial=0.0))
    if loudest == 0:
        return np.array(signal, np.float32)
    return np.asarray(np.asarray(signal, np.float64) * (peak / loudest), np.float32)


def speech_mask(
    signal: NDArray[np.floating], *, sampling_rate: int, frame: float, aggressiveness: int
) -> NDArray[np.bool_]:
    """Whether each frame holds speech, by WebRTC's mixture of Gaussians over six bands.

    The detector gets the clip twice, and the second time counts: until it has adapted to a room, it takes the
    first tenth of a second of any noise for speech, where a clip's leading silence is.

    Args:
        signal: mono waveform, shape (n_samples,), at any level; the rest of the last frame counts as silence
        sampling_rate: 8000, 16000, 32000 or 48000 Hz
        frame: 0.010, 0.020 or 0.030 s
        aggressiveness: 0 takes most for speech, 3 least

    Returns:
        shape (n_frames,), frame i from i * frame s on

    Raises:
        UserError: a rate, frame or aggressiveness that the detector does not know
    """
    _refuse_foreign(sampling_rate, frame, aggressiveness)
    length = round(frame * sampling_rate)
    n_frames = -(-len(signal) // length)
    padded = np.pad(peak_normalised(signal, peak=PEAK), (0, n_frames * length - len(signal)))
    frames = np.round(padded * (2**15 - 1)).astype("<i2").reshape(n_frames, length)
    detector = webrtcvad.Vad(aggressiveness)  # a new one for every clip: it adapts to its input
    for samples in frames:
        detector.is_speech(samples.tobytes(), sampling_rate)
    return np.array([detector.is_speech(samples.tobytes(), sampling_rate) for samples in frames], bool)


def speech_span(
    signal: NDArray[np.floating], *, sampling_rate: int, frame: float, aggressiveness: int, margin: float
) -> tuple[float, float] | None:
    """Start of the first and end of the last frame with speech, in s; None without speech.

    Args:
        signal, sampling_rate, frame, aggressiveness: as in `speech_mask`
        margin: kept on both sides, in s, as far as the clip reaches
    """
    voiced = np.flatnonzero(
        speech_mask(signal, sampling_rate=sampling_rate, frame=frame, aggressiveness=aggressiveness)
    )
    if not len(voiced):
        return None
    first, last = int(voiced[0]), int(voiced[-1])
    return max(0.0, first * frame - margin), min(len(signal) / sampling_rate, (last + 1) * frame + margin)


def _refuse_foreign(sampling_rate: int, frame: float, aggressiveness: int) -> None:
    if sampling_rate not in SAMPLING_RATES:
        raise UserError(
            f"voice-activity detection: the signal has {sampling_rate} Hz, the detector knows {SAMPLING_RATES}. "
            "Resample it, or set audio.sampling_rate to one of them."
        )
    if not any(abs(frame - known) < 1e-6 for known in FRAMES):
        raise UserError(
            f"voice-activity detection: the frame is {frame} s, the detector knows {FRAMES}. Set one of them."
        )
    if aggressiveness not in range(4):
        raise UserError(
            f"voice-activity detection: the aggressiveness is {aggressiveness}, expected 0, 1, 2 or 3. Set one of them."
        )
