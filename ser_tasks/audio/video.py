"""The sound track of a video: mp4, avi, mkv, and m4a, which is a sound track alone."""

import re
from pathlib import Path

import av
import numpy as np
import soxr
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from ser_tasks.audio.decode import AudioError, Recording

SUFFIXES = (".mp4", ".avi", ".mkv", ".m4a")
TOLERANCE = 0.5  # s by which containers may promise more than codecs deliver


def read_sound_track(path: Path) -> Recording:
    """Decode the first sound track at its own rate and channels.

    Raises:
        AudioError: missing, empty, broken, cut or foreign file, no sound track, or NaN or infinite samples
    """
    if not path.is_file():
        raise AudioError(f"{path}: no such file. Restore it, or run `ser fetch` on its corpus again.")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes). Copy it again from the release.")
    _refuse_short_avi(path)
    try:
        recording, promised = _decoded(path)
    except av.FFmpegError as error:
        raise AudioError(
            f"{path}: not readable as video ({error.strerror}). Expected {', '.join(SUFFIXES)} that ffmpeg can play: "
            "copy it again from the release, or remove it from the folder."
        ) from error
    if recording.duration < promised - TOLERANCE:
        raise AudioError(
            f"{path}: truncated: the header promises {promised:.2f} s of sound, {recording.duration:.2f} s are there. "
            "Copy it again from the release."
        )
    if not np.isfinite(recording.samples).all():
        raise AudioError(f"{path}: samples of the sound track are NaN or infinite. Export the file again.")
    return recording


def read_video_mono(path: Path, *, sampling_rate: int) -> NDArray[np.float32]:
    """The sound track as the recogniser hears it, down-mixed and resampled: shape (n_samples,), full scale [-1, 1]."""
    recording = read_sound_track(path)
    mono = np.asarray(recording.samples.mean(axis=1), np.float32)
    return np.asarray(soxr.resample(mono, recording.sampling_rate, sampling_rate, quality="HQ"), np.float32)


def _decoded(path: Path) -> tuple[Recording, float]:
    """The first sound track, and its length in s as the container states it (0 where it does not)."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            kinds = sorted({stream.type for stream in container.streams})
            raise AudioError(
                f"{path}: the file has no sound track (found: {', '.join(kinds) or 'no stream at all'}). "
                "Take the release that has one, or remove the file from the folder."
            )
        stream = container.streams.audio[0]
        planar = AudioResampler(format="fltp")  # one row per channel, full scale [-1, 1], rate and channels as they are
        frames = [part for frame in container.decode(stream) for part in planar.resample(frame)]
        frames += planar.resample(None) if frames else []
        if not frames:
            raise AudioError(f"{path}: the sound track holds no samples. Copy the file again from the release.")
        samples = np.concatenate([part.to_ndarray() for part in frames], axis=1).T
        return Recording(np.asarray(samples, np.float32), frames[0].sample_rate), _promised(stream)


def _promised(stream: AudioStream) -> float:
    if stream.duration is not None and stream.time_base is not None:  # mp4
        return float(stream.duration * stream.time_base)
    clock = re.fullmatch(r"(\d+):(\d\d):(\d\d\.?\d*)", stream.metadata.get("DURATION", ""))  # mkv
    return sum(float(part) * unit for part, unit in zip(clock.groups(), (3_600, 60, 1), strict=True)) if clock else 0.0


def _refuse_short_avi(path: Path) -> None:
    """A cut AVI still plays, shortened; but its header states the size it had (0: it was streamed)."""
    with path.open("rb") as file:
        head = file.read(12)
    promised = int.from_bytes(head[4:8], "little") + 8
    if (head[:4], head[8:]) == (b"RIFF", b"AVI ") and path.stat().st_size < promised:
        raise AudioError(
            f"{path}: truncated: the header promises {promised} bytes, {path.stat().st_size} are there. "
            "Copy it again from the release."
        )
