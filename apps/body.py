"""The files of a request: a raw body or a form, never more than the limits allow, nothing left on the disk."""

import asyncio
from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from apps.refusals import BadRequestError, TooMuchError, TooSlowError
from ser_tasks.params import RequestParams

FORM = "multipart/form-data"
UNNAMED = "the recording"
EACH = "Send each file as a part of its own: curl -F files=@clip.wav ..."


class Upload(NamedTuple):
    """One file as it arrived."""

    name: str
    content: bytes


async def uploads_of(request: Request, *, limits: RequestParams, raw: bool = True) -> list[Upload]:
    """All files of a request, in their order: the parts of a form, or the whole body if it may be `raw`.

    Raises:
        TooMuchError: too many bytes or files; said as soon as it shows
        TooSlowError: it took longer to arrive than limits.upload_seconds
        BadRequestError: a form without files, or no form where one is expected
    """
    _refuse_large(int(request.headers.get("content-length") or 0), limits)
    bounded = Request(request.scope, _counted(request, limits))
    try:
        async with asyncio.timeout(limits.upload_seconds):
            if request.headers.get("content-type", "").startswith(FORM):
                return await _parts(bounded, limits)
            if not raw:
                raise BadRequestError(f"The request is no form. {EACH}")
            return [Upload(_said_name(request), await bounded.body())]
    except TimeoutError as error:
        raise TooSlowError(
            f"The request did not arrive within {limits.upload_seconds:g} s. Send a smaller file."
        ) from error


async def _parts(request: Request, limits: RequestParams) -> list[Upload]:
    hint = EACH.replace("own:", f"own, at most {limits.files}:")
    try:
        async with request.form(max_files=limits.files, max_fields=limits.files) as form:
            files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
            if not files:
                raise BadRequestError(f"The form holds no file. {hint}")
            return [Upload(file.filename or UNNAMED, await file.read()) for file in files]
    except HTTPException as error:  # a form that starlette cannot read, or with more parts
        raise BadRequestError(f"The form is not readable: {error.detail} {hint}") from error


def _said_name(request: Request) -> str:
    """Of a raw body: the query parameter `name`, if there is one."""
    return request.query_params.get("name") or UNNAMED


def _refuse_large(size: int, limits: RequestParams) -> None:
    if size > limits.most_bytes:
        raise TooMuchError(
            f"The request holds more than {limits.megabytes:g} MB. Send a shorter part, or fewer files at once."
        )


def _counted(request: Request, limits: RequestParams) -> Receive:
    """The request's stream, that ends with an error where it grows too large."""
    arrived = 0

    async def receive() -> Message:
        nonlocal arrived
        message = await request.receive()
        arrived += len(message.get("body", b""))
        _refuse_large(arrived, limits)
        return message

    return receive
