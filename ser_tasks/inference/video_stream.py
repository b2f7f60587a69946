"""The sound track of a long video, block by block."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from ser_tasks.audio.recording import AudioError
from ser_tasks.audio.riff import refuse_short_riff
from ser_tasks.audio.video import TOLERANCE
from ser_tasks.audio.video import _promised as promised_length  # 0 where the container does not state it
from ser_tasks.inference.streaming import Extent, truncated, unreadable


def video_extent(path: Path) -> Extent:
    """Rate, channels and length of the first sound track, as the container states them.

    Raises:
        AudioError: foreign file, or no sound track
    """
    try:
        with av.open(str(path)) as container:
            stream = _track(container, path)
            longest = container.duration / av.time_base if container.duration else None  # of all streams
            return Extent(stream.rate, stream.channels, promised_length(stream) or longest)
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
    with av.open(str(path)) as container:
        stream = _track(container, path)
        promised, length = promised_length(stream), (found + held) / stream.rate
    if length < promised - TOLERANCE:
        raise truncated(path, promised=promised, found=length)


def _pieces(path: Path) -> Iterator[NDArray[np.float32]]:
    """What the codec gives at a time, shape (n_samples, n_channels), full scale [-1, 1]."""
    try:
        with av.open(str(path)) as container:
            stream = _track(container, path)
            planar, heard = AudioResampler(format="fltp"), False  # one row per channel; rate and channels as they are
            for frame in container.decode(stream):
                yield from map(_samples, planar.resample(frame))
                heard = True
            yield from map(_samples, planar.resample(None) if heard else ())
    except av.FFmpegError as error:
        raise unreadable(path, error.strerror) from error


def _samples(frame: AudioFrame) -> NDArray[np.float32]:
    return np.asarray(frame.to_ndarray().T, np.float32)


def _track(container: InputContainer, path: Path) -> AudioStream:
    if container.streams.audio:
        return container.streams.audio[0]
    kinds = sorted({stream.type for stream in container.streams})
    raise AudioError(
        f"{path}: the file has no sound track (found: {', '.join(kinds) or 'no stream at all'}). "
        "Take a copy that has one, or leave it out."
    )
