"""The sound track of a long video, block by block."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from ser_tasks.audio.recording import AudioError
from ser_tasks.audio.riff import refuse_short_riff
from ser_tasks.audio.video import TOLERANCE
from ser_tasks.inference.streaming import Extent, truncated, unreadable


def video_extent(path: Path) -> Extent:
    """Rate, channels and length of the first sound track, as the container states them.

    Raises:
        AudioError: foreign file, or no sound track
    """
    try:
        with av.open(str(path)) as container:
            stream = _track(container, path)
            return Extent(stream.rate, stream.channels, _promised(stream))
    except av.FFmpegError as error:
        raise unreadable(path, error.strerror) from error


def video_blocks(path: Path, *, frames: int) -> Iterator[NDArray[np.float32]]:
    """Blocks of at least `frames` samples (the last may be shorter), shape (n_samples, n_channels).

    Raises:
        AudioError: broken, cut or foreign file, or no sound track
    """
    refuse_short_riff(path, kind=b"AVI ")
    found, held, waiting = 0, 0, list[NDArray[np.float32]]()
    for piece in _pieces(path):
        waiting.append(piece)
        held += len(piece)
        if held >= frames:
            yield np.concatenate(waiting)
            found, held, waiting = found + held, 0, []
    if waiting:
        yield np.concatenate(waiting)
    promised = video_extent(path)
    if promised.duration is not None and (found + held) / promised.sampling_rate < promised.duration - TOLERANCE:
        raise truncated(path, promised=promised.duration, found=(found + held) / promised.sampling_rate)


def _pieces(path: Path) -> Iterator[NDArray[np.float32]]:
    """What the codec gives at a time, shape (n_samples, n_channels), full scale [-1, 1]."""
    try:
        with av.open(str(path)) as container:
            stream = _track(container, path)
            planar = AudioResampler(format="fltp")  # one row per channel; rate and channels as they are
            for frame in chain(container.decode(stream), (None,)):
                for part in planar.resample(frame) if frame or planar.graph else ():
                    yield np.asarray(part.to_ndarray().T, np.float32)
    except av.FFmpegError as error:
        raise unreadable(path, error.strerror) from error


def _track(container: InputContainer, path: Path) -> AudioStream:
    if container.streams.audio:
        return container.streams.audio[0]
    kinds = sorted({stream.type for stream in container.streams})
    raise AudioError(
        f"{path}: the file has no sound track (found: {', '.join(kinds) or 'no stream at all'}). "
        "Take a copy that has one, or leave it out."
    )


def _promised(stream: AudioStream) -> float | None:
    """Length in s, None where the container does not state that of the track (MKV states that of the longest)."""
    return None if stream.duration is None or stream.time_base is None else float(stream.duration * stream.time_base)
