"""Errors of the service as replies, by RFC 9457."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from apps.uploads import BadRequestError, BusyError, NotAudioError, TooLargeError, TooLongError, UploadTimeoutError
from ser_tasks.errors import UserError

PROBLEM_JSON = "application/problem+json"


class Problem(BaseModel):
    """An error by RFC 9457: `detail` gives what was found, what was expected, and how to fix it."""

    title: str
    status: int
    detail: str


STATUS = {
    BadRequestError: HTTPStatus.BAD_REQUEST,
    UploadTimeoutError: HTTPStatus.REQUEST_TIMEOUT,
    TooLargeError: HTTPStatus(413),
    TooLongError: HTTPStatus(413),
    NotAudioError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
}
UNPROCESSABLE = HTTPStatus(422)  # any other UserError: a sound file that nothing can be predicted from
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status.value: {"description": status.phrase, "content": {PROBLEM_JSON: {"schema": Problem.model_json_schema()}}}
    for status in (*STATUS.values(), UNPROCESSABLE)
}

NOT_READY: dict[int | str, dict[str, Any]] = {
    status: about for status, about in PROBLEMS.items() if status == STATUS[BusyError]
}


def handle_errors(api: FastAPI) -> None:
    """Reply to every error in JSON: in full what the client can fix, without details a bug of the program."""

    @api.exception_handler(UserError)
    async def user_error(_: Request, error: UserError) -> JSONResponse:
        headers = {"Retry-After": str(error.seconds)} if isinstance(error, BusyError) else {}
        return _problem(STATUS.get(type(error), UNPROCESSABLE), str(error), headers)

    @api.exception_handler(RequestValidationError)
    async def parameters(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [f"{fault['loc'][-1]}={fault['input']!r}: {fault['msg']}" for fault in error.errors()]
        return _problem(UNPROCESSABLE, f"{'; '.join(faults)}. See /docs.")

    @api.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        return _problem(HTTPStatus(error.status_code), f"{error.detail}. See /docs.", error.headers)

    @api.exception_handler(ClientDisconnect)
    async def disconnect(
        _: Request, error: ClientDisconnect
    ) -> JSONResponse:  # no one reads it: it keeps the log clean
        return _problem(HTTPStatus.BAD_REQUEST, "The connection was closed before the request was whole.")

    @api.exception_handler(Exception)
    async def bug(_: Request, error: Exception) -> JSONResponse:
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "A bug of the service, not of the request: see its log.")


def _problem(status: HTTPStatus, detail: str, headers: Any = None) -> JSONResponse:
    content = Problem(title=status.phrase, status=status.value, detail=detail).model_dump()
    return JSONResponse(content, status.value, headers, media_type=PROBLEM_JSON)
