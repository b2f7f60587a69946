"""What a client sends: a body or a form within the limits, then a recording that is bounded in size and length.

Nothing stays on the disk. The errors are UserErrors; `apps.problems` gives each its HTTP status.
"""

import asyncio
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from ser_tasks.audio.channels import MIX, chosen
from ser_tasks.audio.decode import Recording, read_recording
from ser_tasks.audio.recording import ForeignError, Source
from ser_tasks.errors import UserError
from ser_tasks.params import RequestParams

FORM = "multipart/form-data"
TRANSCRIPT = "transcript"  # field of a form
UNNAMED = "the recording"
EACH = "Send each file as a part of its own: curl -F files=@clip.wav ..."
DENSEST = 2 * 192_000  # samples in a second of sound, all channels together


class TooLargeError(UserError):
    """More bytes, files or seconds than the limits allow (413)."""


class TooLongError(TooLargeError):
    """More seconds than one prediction is made for (413): the page makes a timeline of it."""


class NotAudioError(UserError):
    """A file of a format that is not decoded (415)."""


class BadRequestError(UserError):
    """A request without what it needs (400)."""


class UploadTimeoutError(UserError):
    """A request that took too long to arrive (408)."""


class BusyError(UserError):
    """The service is full or still loading (503): the client may retry in `seconds`."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Upload(NamedTuple):
    """One file as it arrived."""

    name: str
    content: bytes
    transcript: str | None = None  # its words, where the form gives them


class Clip(NamedTuple):
    """A recording, and its name for the client."""

    name: str
    recording: Recording


async def uploads_of(request: Request, *, limits: RequestParams, raw: bool = True) -> list[Upload]:
    """All files of a request, in their order: the parts of a form, or the whole body if it may be `raw`.

    Raises:
        TooLargeError: too many bytes or files; raised as soon as it shows
        UploadTimeoutError: it took longer to arrive than limits.upload_seconds
        BadRequestError: a form without files or with other fields, no form where one is expected, or another parameter
            in the address than `channel`, and `name` for a raw body
    """
    form = request.headers.get("content-type", "").startswith(FORM)
    _check_address(request.query_params.keys(), form=form)
    _check_size(int(request.headers.get("content-length") or 0), limits)
    bounded = Request(request.scope, _counted(request, limits))
    try:
        async with asyncio.timeout(limits.upload_seconds):
            if form:
                return await _parts(bounded, limits)
            if not raw:
                raise BadRequestError(f"The request is no form. {EACH}")
            return [Upload(request.query_params.get("name") or UNNAMED, await bounded.body())]
    except TimeoutError as error:
        raise UploadTimeoutError(
            f"The request did not arrive within {limits.upload_seconds:g} s. Send a smaller file."
        ) from error


def _check_address(found: Collection[str], *, form: bool) -> None:
    unknown = sorted({*found} - {"channel"} - ({"name"} if not form else set()))
    if unknown:
        raise BadRequestError(
            f"The address has parameters that mean nothing here: {', '.join(unknown)}. It takes channel, and name for "
            f"a raw body; words go into a field of a form: curl -F file=@clip.wav -F {TRANSCRIPT}=WORDS"
        )


async def _parts(request: Request, limits: RequestParams) -> list[Upload]:
    hint = EACH.replace("own:", f"own, at most {limits.files}:")
    try:
        async with request.form(max_files=limits.files, max_fields=limits.files) as form:
            if any(isinstance(value, UploadFile) for value in form.getlist(TRANSCRIPT)):
                raise BadRequestError(
                    f"The field {TRANSCRIPT} holds a file. Send the text in it: curl -F '{TRANSCRIPT}=<words.txt' ..."
                )
            files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
            if not files:
                raise BadRequestError(f"The form holds no file. {hint}")
            words = _transcripts([(name, value) for name, value in form.multi_items() if isinstance(value, str)], files)
            return [
                Upload(file.filename or UNNAMED, await file.read(), given)
                for file, given in zip(files, words, strict=True)
            ]
    except HTTPException as error:  # a form that starlette cannot read, or with more parts
        raise BadRequestError(f"The form is not readable: {error.detail} {hint}") from error


def _transcripts(fields: Sequence[tuple[str, str]], files: Sequence[UploadFile]) -> list[str | None]:
    """The words of each file, in the order sent; an empty field gives none."""
    unknown = sorted({name for name, _ in fields if name != TRANSCRIPT})
    if unknown:
        raise BadRequestError(
            f"The form has fields that mean nothing here: {', '.join(unknown)}. It takes files, and {TRANSCRIPT}; a "
            "channel goes into the address: ?channel=left"
        )
    if len(fields) not in (0, len(files)):
        raise BadRequestError(
            f"The form has {len(fields)} fields {TRANSCRIPT} for {len(files)} files. Send one for each file, in their "
            "order; an empty one leaves the words to the recogniser."
        )
    return [text.strip() or None for _, text in fields] or [None] * len(files)


def _check_size(size: int, limits: RequestParams) -> None:
    if size > limits.most_bytes:
        raise TooLargeError(
            f"The request holds more than {limits.megabytes:g} MB. Send a shorter part, or fewer files at once."
        )


def _counted(request: Request, limits: RequestParams) -> Receive:
    """The request's stream, which ends with an error where it grows too large."""
    arrived = 0

    async def receive() -> Message:
        nonlocal arrived
        message = await request.receive()
        arrived += len(message.get("body", b""))
        _check_size(arrived, limits)
        return message

    return receive


def read_clip(content: bytes, *, name: str, limits: RequestParams, channel: str = MIX) -> Clip:
    """A recording decoded from the bytes of a client.

    Args:
        content: a whole file
        name: for messages
        limits: of bytes and seconds; the header is checked against them before anything is decoded
        channel: to read: mix, left, right, or a number from 1

    Raises:
        TooLargeError: too many bytes, or too long
        NotAudioError: of a format that is not decoded
        UserError: broken, cut or without sound; the message gives `name`, never a path on this machine
    """
    if not content:
        raise UserError(f"{name}: the file is empty (0 bytes). Send a recording.")
    if len(content) > limits.most_bytes:
        raise TooLargeError(
            f"{name}: {len(content) / 1e6:.1f} MB, at most {limits.megabytes:g} MB are read. "
            "Send a shorter part, or mono 16-bit FLAC at 16 kHz."
        )
    with as_file(content, name=name) as path:
        whole = read_recording(path, allow=partial(check_length, name=name, seconds=limits.seconds))
        return Clip(name, chosen(whole, channel))


@contextmanager
def as_file(content: bytes, *, name: str) -> Iterator[Path]:
    """A file with this content, as long as the context lasts; errors give `name` in the place of its path."""
    with tempfile.TemporaryDirectory(prefix="ser-") as folder:
        path = Path(folder, "clip")
        path.write_bytes(content)
        try:
            yield path
        except TooLargeError:
            raise
        except ForeignError as error:
            raise NotAudioError(str(error).replace(str(path), name)) from error
        except UserError as error:
            raise type(error)(str(error).replace(str(path), name)) from error


def check_length(source: Source, n_samples: int, *, name: str, seconds: float) -> None:
    """Raise where a recording goes on beyond some seconds.

    Args:
        source: the recording
        n_samples: per channel, stated by the header or decoded so far
        name: for messages
        seconds: that are read

    Raises:
        TooLongError: it is longer
        TooLargeError: it has more samples than so many seconds of the densest sound
    """
    found, samples = n_samples / source.sampling_rate, n_samples * source.n_channels
    if found > seconds:
        raise TooLongError(
            f"{name}: {found:.1f} s of sound, at most {seconds:g} s are read. Cut it into shorter parts."
        )
    if samples > seconds * DENSEST:
        raise TooLargeError(
            f"{name}: {samples} samples, at most {seconds * DENSEST:.0f} are decoded. "
            "Send fewer channels, or a lower sampling rate: 16 kHz is enough."
        )
