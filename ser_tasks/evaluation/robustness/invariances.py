"""Changes that must not change a prediction: the same speech, recorded or stored in another way."""

import io
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import soundfile
import soxr

from ser_tasks.audio.recording import Recording
from ser_tasks.evaluation.robustness.silence import with_silence

SOFTER = 10 ** (-12 / 20)
OFFSET = 0.01  # of full scale
CD, WIDE_BAND = 44_100, 16_000  # Hz
PAUSE = 0.5  # s


class Invariance(NamedTuple):
    """A change that should not matter."""

    title: str
    change: Callable[[Recording], Recording]


def _softer(recording: Recording) -> Recording:
    return Recording(recording.samples * np.float32(SOFTER), recording.sampling_rate)


def _to_full_scale(recording: Recording) -> Recording:
    peak = np.abs(recording.samples).max()
    return Recording(recording.samples / peak if peak else recording.samples, recording.sampling_rate)


def _longer(recording: Recording) -> Recording:
    rate = recording.sampling_rate
    return Recording(with_silence(recording.samples, sampling_rate=rate, seconds=PAUSE), rate)


def _resampled(recording: Recording) -> Recording:
    """By way of 44.1 and 16 kHz to 44.1 kHz."""
    samples, rate = recording.samples, recording.sampling_rate
    for wanted in (CD, WIDE_BAND, CD):
        samples = soxr.resample(samples, rate, wanted, quality="HQ") if wanted != rate else samples
        rate = wanted
    return Recording(np.asarray(samples, np.float32), rate)


def _twice(recording: Recording) -> Recording:
    return Recording(np.repeat(recording.samples, 2, axis=1), recording.sampling_rate)


def _as_flac(recording: Recording) -> Recording:
    """Stored with 24 bits, in memory, and read again."""
    file = io.BytesIO()
    soundfile.write(file, recording.samples, recording.sampling_rate, format="FLAC", subtype="PCM_24")
    file.seek(0)
    return Recording(soundfile.read(file, dtype="float32", always_2d=True)[0], recording.sampling_rate)


def _offset(recording: Recording) -> Recording:
    return Recording(recording.samples + np.float32(OFFSET), recording.sampling_rate)


def _inverted(recording: Recording) -> Recording:
    return Recording(-recording.samples, recording.sampling_rate)


INVARIANCES: Mapping[str, Invariance] = {
    "softer": Invariance("12 dB softer", _softer),
    "full_scale": Invariance("as loud as it goes without clipping", _to_full_scale),
    "silence": Invariance(f"{PAUSE:g} s of digital silence at each end", _longer),
    "rate": Invariance("resampled to 44.1, 16 and 44.1 kHz", _resampled),
    "stereo": Invariance("every channel twice", _twice),
    "flac": Invariance("stored as FLAC, 24 bits", _as_flac),
    "offset": Invariance(f"a DC offset of {OFFSET:g} of full scale", _offset),
    "polarity": Invariance("polarity inverted", _inverted),
}
