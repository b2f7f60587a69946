"""Errors as JSON (RFC 9457), with the text that a user of the command line reads too."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from apps.refusals import BadRequestError, LaterError, NotSoundError, TooMuchError, TooSlowError
from apps.replies import Problem
from ser_tasks.errors import UserError

STATUS = {
    BadRequestError: HTTPStatus.BAD_REQUEST,
    TooSlowError: HTTPStatus.REQUEST_TIMEOUT,
    TooMuchError: HTTPStatus(413),
    NotSoundError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    LaterError: HTTPStatus.SERVICE_UNAVAILABLE,
}
UNFIT = HTTPStatus(422)  # any other UserError: a sound file that no answer can be made of

KIND = "application/problem+json"
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status.value: {"description": status.phrase, "content": {KIND: {"schema": Problem.model_json_schema()}}}
    for status in (*STATUS.values(), UNFIT)
}


def add_problems(api: FastAPI) -> None:
    """Let every error leave as JSON: what the sender can mend in full, a mistake of the program without its inside."""

    @api.exception_handler(UserError)
    async def mendable(_: Request, error: UserError) -> JSONResponse:
        return problem(STATUS.get(type(error), UNFIT), str(error), _headers(error))

    @api.exception_handler(RequestValidationError)
    async def of_parameters(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [f"{fault['loc'][-1]}={fault['input']!r}: {fault['msg']}" for fault in error.errors()]
        return problem(UNFIT, f"{'; '.join(faults)}. /docs says what there is.")

    @api.exception_handler(HTTPException)
    async def of_http(_: Request, error: HTTPException) -> JSONResponse:
        return problem(HTTPStatus(error.status_code), f"{error.detail}. /docs says what there is.", error.headers)

    @api.exception_handler(ClientDisconnect)
    async def gone(_: Request, error: ClientDisconnect) -> JSONResponse:  # nobody reads it: it only keeps the log clean
        return problem(HTTPStatus.BAD_REQUEST, "The connection was closed before the request was whole.")

    @api.exception_handler(Exception)
    async def unforeseen(_: Request, error: Exception) -> JSONResponse:
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "A mistake of the service, not yours: its log says more.")


def problem(status: HTTPStatus, detail: str, headers: Any = None) -> JSONResponse:
    """The response."""
    content = Problem(title=status.phrase, status=status.value, detail=detail).model_dump()
    return JSONResponse(content, status.value, headers, media_type=KIND)


def _headers(error: UserError) -> dict[str, str]:
    return {"Retry-After": str(error.seconds)} if isinstance(error, LaterError) else {}
