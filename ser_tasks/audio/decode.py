"""Recordings in: decoded, down-mixed, resampled, and refused when they are not sound."""

from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from ser_tasks.audio.recording import AudioError, Recording
from ser_tasks.audio.sound_file import read_sound_file

__all__ = ["AudioError", "Recording", "read_mono", "read_recording"]

VIDEOS = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4a")  # m4a is a sound track alone


def read_recording(path: Path) -> Recording:
    """Decode a whole file at its own rate and channels: of a video, the first sound track.

    Raises:
        AudioError: missing, empty, truncated or foreign file, no samples, or NaN or infinite samples
    """
    if not path.is_file():
        raise AudioError(f"{path}: no such file. Restore it, or run `ser fetch` on its corpus again.")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes). Copy it again from its source.")
    recording = _decoded(path)
    if len(recording.samples) == 0:
        raise AudioError(f"{path}: the file holds no samples. Copy it again from its source.")
    broken = np.count_nonzero(~np.isfinite(recording.samples))
    if broken:
        raise AudioError(f"{path}: {broken} samples are NaN or infinite. Export it again as 16-bit PCM.")
    return recording


def read_mono(
    path: Path, *, sampling_rate: int, start: float | None = None, end: float | None = None
) -> NDArray[np.float32]:
    """One utterance as the recogniser hears it: down-mixed and resampled.

    Args:
        path: the recording
        sampling_rate: wanted, in Hz (soxr, high quality)
        start, end: part of the file, in s; None is the file's own beginning or end

    Returns:
        shape (n_samples,), full scale [-1, 1]
    """
    recording = read_recording(path)
    first = round((start or 0.0) * recording.sampling_rate)
    last = len(recording.samples) if end is None else round(end * recording.sampling_rate)
    if not 0 <= first < last <= len(recording.samples):
        raise AudioError(
            f"{path}: the part from {start} s to {end} s is not inside the file ({recording.duration:.3f} s). "
            "Mend its times in the corpus."
        )
    mono = np.asarray(recording.samples[first:last].mean(axis=1), np.float32)
    if recording.sampling_rate == sampling_rate:
        return mono
    return np.asarray(soxr.resample(mono, recording.sampling_rate, sampling_rate, quality="HQ"), np.float32)


def _decoded(path: Path) -> Recording:
    if path.suffix.lower() not in VIDEOS:
        return read_sound_file(path)
    from ser_tasks.audio.video import read_sound_track  # noqa: PLC0415 - loads ffmpeg, which few corpora need

    return read_sound_track(path)
