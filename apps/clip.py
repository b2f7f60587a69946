"""A file that somebody sent, as a recording: bounded in size and length, and gone from the disk once it is read."""

import tempfile
from pathlib import Path
from typing import NamedTuple

import av
import soundfile

from apps.refusals import TooMuchError
from apps.sound_kind import suffix_of
from ser_tasks.audio.decode import VIDEOS, Recording, read_recording
from ser_tasks.errors import UserError
from ser_tasks.params import RequestParams

DENSEST = 2 * 192_000  # samples in a second of sound, all channels together


class Clip(NamedTuple):
    """A recording and what its sender calls it."""

    name: str
    recording: Recording


def read_clip(content: bytes, *, name: str, limits: RequestParams) -> Clip:
    """Decode bytes that came from outside.

    Args:
        content: a whole file
        name: for messages
        limits: of bytes and seconds; the length is measured before anything is decoded

    Raises:
        TooMuchError: too large, or too long
        NotSoundError: of a kind that is not read
        UserError: broken, cut or without sound; the message says `name`, never a place on this machine
    """
    if not content:
        raise UserError(f"{name}: the file is empty (0 bytes). Send a recording.")
    if len(content) > limits.most_bytes:
        raise TooMuchError(
            f"{name}: {len(content) / 1e6:.1f} MB, at most {limits.megabytes:g} MB are read. "
            "Send a shorter part, or mono 16-bit FLAC at 16 kHz."
        )
    suffix = suffix_of(content, name=name)
    with tempfile.TemporaryDirectory(prefix="ser-") as folder:
        path = Path(folder, f"clip{suffix}")
        path.write_bytes(content)
        try:
            _refuse_long(*_stated_length(path), name=name, limits=limits)
            recording = read_recording(path)
        except UserError as error:
            raise type(error)(str(error).replace(str(path), name)) from error
    _refuse_long(recording.duration, recording.samples.size, name=name, limits=limits)
    return Clip(name, recording)


def _refuse_long(seconds: float, samples: int, *, name: str, limits: RequestParams) -> None:
    if seconds > limits.seconds:
        raise TooMuchError(
            f"{name}: {seconds:.1f} s of sound, at most {limits.seconds:g} s are heard. Cut it into shorter parts."
        )
    if samples > limits.seconds * DENSEST:
        raise TooMuchError(
            f"{name}: {samples} samples, at most {limits.seconds * DENSEST:.0f} are decoded. "
            "Send fewer channels, or a lower sampling rate: 16 kHz is enough."
        )


def _stated_length(path: Path) -> tuple[float, int]:
    """Seconds, and samples of all channels; (0, 0) where the file is broken, which decoding tells better."""
    try:
        if path.suffix not in VIDEOS:
            sound = soundfile.info(str(path))
            return sound.frames / sound.samplerate, sound.frames * sound.channels
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return 0.0, 0
            stream = container.streams.audio[0]
            packets = [(packet.pts or 0, packet.duration or 0) for packet in container.demux(stream)]
            last, total = max(pts + duration for pts, duration in packets), sum(duration for _, duration in packets)
            seconds = float(max(last, total) * (stream.time_base or 0))
            return seconds, round(seconds * stream.rate * stream.channels)
    except (soundfile.LibsndfileError, av.FFmpegError):
        return 0.0, 0
