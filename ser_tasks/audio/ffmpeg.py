"""Sound files and the sound tracks of videos as FFmpeg reads them: what libsndfile does not know, or not whole."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from ser_tasks.audio.libsndfile import end_of_sound
from ser_tasks.audio.recording import AudioError, Samples, Source, damaged, truncated, unreadable

TOLERANCE = 0.5  # s by which containers may promise more than codecs deliver
BARE = ("aac", "ac3", "amr", "amrnb", "amrwb", "dts", "eac3", "mp3")  # packets alone: their length is an estimate
CONTAINERS = (
    *BARE,
    *("aiff", "ape", "asf", "au", "avi", "caf", "flac", "flv", "matroska", "mov", "mpc", "mpc8", "mpeg", "mpegts"),
    *("nistsphere", "ogg", "rm", "tta", "voc", "w64", "wav", "webm", "wv"),
)
"""What may be opened: none of the kinds that make FFmpeg open further files or addresses."""


def open_ffmpeg(path: Path, *, otherwise: str, notes: list[str]) -> Source:
    """The first sound track of a file.

    Args:
        path: of the file
        otherwise: why libsndfile did not read it
        notes: those that there are already

    Raises:
        AudioError: foreign file, or no sound track
    """
    try:
        with _opened(path) as container:
            stream = _track(container, path)
            n_samples = round(_stated(container, stream) * stream.rate) or None
            return Source(path, stream.rate, stream.channels, n_samples, partial(_blocks, path, notes), notes)
    except av.FFmpegError as error:
        raise unreadable(path, f"{otherwise}; FFmpeg: {error.strerror}") from error


def _opened(path: Path) -> InputContainer:
    allowed = {"format_whitelist": ",".join(CONTAINERS), "protocol_whitelist": "file"}
    container: InputContainer = av.open(str(path), metadata_errors="replace", options=allowed)
    return container


def _blocks(path: Path, notes: list[str], n_samples: int) -> Iterator[Samples]:
    """Blocks of at least `n_samples`, but for the last."""
    held, waiting = 0, list[Samples]()
    for piece in _pieces(path, notes):
        waiting.append(piece)
        held += len(piece)
        if held >= n_samples:
            yield np.concatenate(waiting)
            held, waiting = 0, []
    if waiting:
        yield np.concatenate(waiting)


def _pieces(path: Path, notes: list[str]) -> Iterator[Samples]:
    """Samples as the codec gives them, shape (n_samples, n_channels), full scale [-1, 1]."""
    found, rate = 0, 1
    try:
        with _opened(path) as container:
            stream = _track(container, path)
            rate, promised = stream.rate, _of_track(stream) if container.format.name not in BARE else 0.0
            planar, kinds = AudioResampler(format="fltp"), {(rate, stream.channels)}  # one row per channel
            formats = set[str]()
            for frame in _frames(path, container, stream, notes):
                kinds.add((frame.sample_rate, frame.layout.nb_channels))
                formats.add(frame.format.name)
                if len(kinds) > 1 or len(formats) > 1:
                    raise AudioError(
                        f"{path}: its rate or channels change after {found / rate:.2f} s. "
                        "Convert it to one of each: ffmpeg -i."
                    )
                for part in planar.resample(frame):
                    found += part.samples
                    yield _samples(part)
    except av.FFmpegError as error:
        raise damaged(path, error.strerror, after=found / rate) from error
    if found / rate < promised - TOLERANCE:
        raise truncated(path, promised=round(promised, 2), found=round(found / rate, 2), unit="s of sound")


def _frames(path: Path, container: InputContainer, stream: AudioStream, notes: list[str]) -> Iterator[AudioFrame]:
    """Decoded packets; a single one that does not decode is passed over where nothing but packets was joined or cut.

    Raises:
        av.FFmpegError: more than one, or one in a container that knows its packets
    """
    if (container.format.name, stream.codec_context.name) == ("caf", "alac"):
        stream.codec_context.options = {"flags2": "+skip_manual"}  # or the remainder is taken off twice
    broken, time, end = 0, 0.0, end_of_sound(path) if container.format.name in BARE else None
    for packet in container.demux(stream):
        if end is not None and packet.pos is not None and packet.pos >= end:
            continue  # a tag, not sound
        try:
            for frame in packet.decode():
                time = frame.time or time
                yield frame
        except av.InvalidDataError:
            broken += 1
            if broken > 1 or container.format.name not in BARE:
                raise
            note = f"near {time:.2f} s one packet does not decode: the file was joined or cut there"
            if note not in notes:  # a source is read several times
                notes.append(note)


def _samples(frame: AudioFrame) -> Samples:
    return np.asarray(frame.to_ndarray().T, np.float32)


def _track(container: InputContainer, path: Path) -> AudioStream:
    for stream in container.streams.audio:
        if stream.codec_context is not None and stream.rate and stream.channels:
            return stream
        raise unreadable(path, "FFmpeg finds a sound track, and no codec, rate or channels of it")
    kinds = sorted({stream.type for stream in container.streams})
    raise AudioError(
        f"{path}: the file has no sound track (found: {', '.join(kinds) or 'no stream at all'}). "
        "Take a copy that has one, or leave it out."
    )


def _stated(container: InputContainer, stream: AudioStream) -> float:
    """The length in s by the header, of all streams if not of this; 0 where it does not, or would guess."""
    if container.format.name in BARE:
        return 0.0
    return _of_track(stream) or (container.duration or 0) / av.time_base


def _of_track(stream: AudioStream) -> float:
    """The length of a sound track in s as the container states it, 0 where it does not."""
    if stream.duration is not None and stream.time_base is not None:  # mp4
        return float(stream.duration * stream.time_base)
    clock = re.fullmatch(r"(\d+):(\d\d):(\d\d\.?\d*)", stream.metadata.get("DURATION", ""))  # mkv
    return sum(float(part) * unit for part, unit in zip(clock.groups(), (3_600, 60, 1), strict=True)) if clock else 0.0
