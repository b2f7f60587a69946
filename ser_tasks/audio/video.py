"""The sound track of a video: mp4, mov, avi, mkv, webm, and m4a, which is a sound track alone."""

import re
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from ser_tasks.audio.recording import AudioError, Recording
from ser_tasks.audio.riff import refuse_short_riff

TOLERANCE = 0.5  # s by which containers may promise more than codecs deliver


def read_sound_track(path: Path) -> Recording:
    """Decode the first sound track at its own rate and channels.

    Raises:
        AudioError: broken, cut or foreign file, or no sound track
    """
    refuse_short_riff(path, kind=b"AVI ")
    try:
        recording, promised = _decoded(path)
    except av.FFmpegError as error:
        raise AudioError(
            f"{path}: not readable as video ({error.strerror}). Expected one that ffmpeg can play: "
            "copy it again from its source, or remove it from the folder."
        ) from error
    if recording.duration < promised - TOLERANCE:
        raise AudioError(
            f"{path}: truncated: the header promises {promised:.2f} s of sound, {recording.duration:.2f} s are there. "
            "Copy it again from its source."
        )
    return recording


def _decoded(path: Path) -> tuple[Recording, float]:
    """The first sound track, and its length in s as the container states it (0 where it does not)."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            kinds = sorted({stream.type for stream in container.streams})
            raise AudioError(
                f"{path}: the file has no sound track (found: {', '.join(kinds) or 'no stream at all'}). "
                "Take a copy that has one, or remove the file from the folder."
            )
        stream = container.streams.audio[0]
        planar = AudioResampler(format="fltp")  # one row per channel, full scale [-1, 1], rate and channels as they are
        frames = [part for frame in container.decode(stream) for part in planar.resample(frame)]
        frames += planar.resample(None) if frames else []
        if not frames:
            return Recording(np.empty((0, 1), np.float32), stream.rate), 0.0
        samples = np.concatenate([part.to_ndarray() for part in frames], axis=1).T
        return Recording(np.asarray(samples, np.float32), frames[0].sample_rate), _promised(stream)


def _promised(stream: AudioStream) -> float:
    if stream.duration is not None and stream.time_base is not None:  # mp4
        return float(stream.duration * stream.time_base)
    clock = re.fullmatch(r"(\d+):(\d\d):(\d\d\.?\d*)", stream.metadata.get("DURATION", ""))  # mkv
    return sum(float(part) * unit for part, unit in zip(clock.groups(), (3_600, 60, 1), strict=True)) if clock else 0.0
