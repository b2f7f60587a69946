"""A file that somebody sent, as a recording: bounded in size and length, and gone from the disk once it is read."""

import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

from apps.refusals import NotSoundError, TooMuchError
from ser_tasks.audio.channels import MIX, chosen
from ser_tasks.audio.decode import Recording, read_recording
from ser_tasks.audio.recording import ForeignError, Source
from ser_tasks.errors import UserError
from ser_tasks.params import RequestParams

DENSEST = 2 * 192_000  # samples in a second of sound, all channels together


class Clip(NamedTuple):
    """A recording and what its sender calls it."""

    name: str
    recording: Recording


def read_clip(content: bytes, *, name: str, limits: RequestParams, channel: str = MIX) -> Clip:
    """Decode bytes that came from outside.

    Args:
        content: a whole file
        name: for messages
        limits: of bytes and seconds; what the header states is held to them before anything is decoded
        channel: that is heard: mix, left, right, or a number from 1

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
    with tempfile.TemporaryDirectory(prefix="ser-") as folder:
        path = Path(folder, "clip")
        path.write_bytes(content)
        try:
            whole = read_recording(path, allow=partial(_refuse_long, name=name, limits=limits))
            recording = chosen(whole, channel)
        except TooMuchError:
            raise
        except ForeignError as error:
            raise NotSoundError(str(error).replace(str(path), name)) from error
        except UserError as error:
            raise type(error)(str(error).replace(str(path), name)) from error
    return Clip(name, recording)


def _refuse_long(source: Source, n_samples: int, *, name: str, limits: RequestParams) -> None:
    seconds, samples = n_samples / source.sampling_rate, n_samples * source.n_channels
    if seconds > limits.seconds:
        raise TooMuchError(
            f"{name}: {seconds:.1f} s of sound, at most {limits.seconds:g} s are heard. Cut it into shorter parts."
        )
    if samples > limits.seconds * DENSEST:
        raise TooMuchError(
            f"{name}: {samples} samples, at most {limits.seconds * DENSEST:.0f} are decoded. "
            "Send fewer channels, or a lower sampling rate: 16 kHz is enough."
        )
