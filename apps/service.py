"""The HTTP service (`ser serve`): recordings in, predictions out as JSON; errors by RFC 9457."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from apps.startup import ready_bundle
from apps.uploads import (
    FORM,
    TRANSCRIPT,
    BadRequestError,
    BusyError,
    NotAudioError,
    TooLargeError,
    TooLongError,
    Upload,
    UploadTimeoutError,
    read_clip,
    uploads_of,
)
from ser_tasks.audio.channels import MIX
from ser_tasks.bundles.bundle import Bundle
from ser_tasks.bundles.inference.prediction import Prediction, recognise
from ser_tasks.errors import UserError
from ser_tasks.html import templates
from ser_tasks.params import RequestParams
from ser_tasks.text.asr.engine import Transcript

P = ParamSpec("P")
Result = TypeVar("Result")

Channel = Annotated[str, Query(pattern=r"^(mix|left|right|[1-9]\d?)$", description="To read.")]
RETRY_AFTER_S = 5  # while the bundle is being loaded
MEMORY = 0.9  # of the mean duration: about the last ten jobs count

FILE = {"type": "string", "format": "binary"}
WORDS = {
    "type": "string",
    "description": "The words of the file, for a bundle that reads words; none: its recogniser finds them.",
}
ONE_FILE = {
    "schema": {"type": "object", "properties": {"file": FILE, TRANSCRIPT: WORDS}, "required": ["file"]},
}
FILES: dict[str, Any] = {
    "schema": {
        "type": "object",
        "properties": {
            "files": {"type": "array", "items": FILE, "minItems": 1},
            TRANSCRIPT: {"type": "array", "items": WORDS, "description": "None, or one for each file, in their order."},
        },
        "required": ["files"],
    }
}
PROBLEM_JSON = "application/problem+json"


class WordReply(BaseModel):
    """One recognised word, where it was said, and how sure the recogniser is of it."""

    text: str
    start: float  # s
    end: float  # s
    confidence: float  # 0 to 1


class PredictionReply(BaseModel):
    """The prediction for one recording."""

    file: str
    emotion: str  # the likeliest class
    probabilities: dict[str, float]  # of every class, in the bundle's order; they sum to 1
    confidence: float  # the probability of the likeliest
    unsure: bool  # true: do not rely on it, the remarks give the reasons
    remarks: list[str]
    duration: float  # s
    bundle: str
    transcript: str | None  # the words, recognised or given; null: the bundle reads none
    words: list[WordReply]  # the same, one by one, where the recogniser timed them
    language: str | None  # of the words, ISO 639-1; null: unknown
    members: dict[str, dict[str, float]]  # of an ensemble: probabilities of each member that answered


class FileErrorReply(BaseModel):
    """Why one file of several has no prediction."""

    file: str
    error: str


class BatchReply(BaseModel):
    """One entry for each file, in the order sent."""

    results: list[PredictionReply | FileErrorReply]


class Problem(BaseModel):
    """An error by RFC 9457: `detail` gives what was found, what was expected, and how to fix it."""

    title: str
    status: int
    detail: str


class HealthReply(BaseModel):
    """The process is alive."""

    status: str


class ReadyReply(BaseModel):
    """Recordings can be sent."""

    status: str
    bundle: str


Card = dict[str, Any]

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


def serve(folder: Path, *, host: str, port: int, limits: RequestParams) -> None:
    """Listen until stopped; the bundle is loaded meanwhile.

    Raises:
        UserError: a bundle that cannot be loaded, or predicts nothing
    """
    import uvicorn  # noqa: PLC0415  the application itself needs no server

    loading: Future[Bundle] = Future()
    settings = uvicorn.Config(service(loading, limits), host=host, port=port, server_header=False, log_level="info")
    server = uvicorn.Server(settings)

    def load() -> None:
        try:
            loading.set_result(ready_bundle(folder))
        except BaseException as error:
            loading.set_exception(error)
            server.should_exit = True

    Thread(target=load, name="loading", daemon=True).start()
    server.run()
    if loading.done():
        loading.result()


def service(loading: Future[Bundle], limits: RequestParams) -> FastAPI:
    """The application.

    Args:
        loading: the bundle, some time; until then /health replies, and everything else has status 503
        limits: of a request, and of how many are accepted at a time
    """
    limiter = RequestLimiter(at_once=limits.at_once, waiting=limits.waiting)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        limiter.close()

    api = FastAPI(title="ser", summary="Emotion of recorded speech.", lifespan=lifespan, docs_url=None, redoc_url=None)
    _handle_errors(api)

    @api.post("/v1/recognise", responses=PROBLEMS, openapi_extra=_body({"audio/*": {"schema": FILE}, FORM: ONE_FILE}))
    async def recognise(request: Request, channel: Channel = MIX) -> PredictionReply:
        """One recording: the body itself, or one part of a form. `?name=` names a raw body.

        A form may give the words in its field `transcript` too, to a bundle that reads words; a raw body cannot.
        """
        async with limiter.slot():
            bundle, upload = _loaded(loading), _only(await uploads_of(request, limits=limits))
            return await limiter.run(predict, bundle, upload, limits=limits, channel=channel)

    @api.post("/v1/recognise/batch", responses=PROBLEMS, openapi_extra=_body({FORM: FILES}))
    async def recognise_batch(request: Request, channel: Channel = MIX) -> BatchReply:
        """Several recordings as parts of a form: a prediction or an error for each, in the same order.

        Fields `transcript`, one for each file, may give their words.
        """
        async with limiter.slot():
            bundle, uploads = _loaded(loading), await uploads_of(request, limits=limits, raw=False)
            return await limiter.run(predict_batch, bundle, uploads, limits=limits, channel=channel)

    _describe(api, loading, limits)
    return api


def _describe(api: FastAPI, loading: Future[Bundle], limits: RequestParams) -> None:
    """Add the addresses that describe the service and its bundle."""
    pages = templates(Path(__file__).parent / "templates")

    @api.get("/health")
    async def health() -> HealthReply:
        """The process is alive."""
        return HealthReply(status="alive")

    @api.get("/ready", responses=PROBLEMS)
    async def ready() -> ReadyReply:
        """The bundle is loaded, and has predicted once."""
        return ReadyReply(status="ready", bundle=_loaded(loading).card.name)

    @api.get("/v1/bundle", responses=PROBLEMS)
    async def bundle() -> Card:
        """The card: training data, tests, classes and licence of the model."""
        card: Card = _loaded(loading).card.model_dump(mode="json")
        return card

    @api.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        """The same description as /openapi.json, for people; loads nothing from other hosts."""
        return HTMLResponse(pages.get_template("service.html.jinja").render(api.openapi(), limits=limits))


def _loaded(loading: Future[Bundle]) -> Bundle:
    if not loading.done():
        raise BusyError("The bundle is being loaded. Try again in a few seconds.", seconds=RETRY_AFTER_S)
    return loading.result()


def _only(uploads: list[Upload]) -> Upload:
    if len(uploads) != 1:
        raise BadRequestError(f"{len(uploads)} files came, one is expected. Send several to /v1/recognise/batch.")
    return uploads[0]


def _body(content: dict[str, Any]) -> dict[str, Any]:
    """Of the OpenAPI description, since the body is read by hand."""
    return {"requestBody": {"required": True, "content": content}}


def predict(bundle: Bundle, upload: Upload, *, limits: RequestParams, channel: str = MIX) -> PredictionReply:
    """The bundle's prediction for one file.

    Raises:
        UserError: as `read_clip` and `recognise` do; or words for a bundle that reads none
    """
    if upload.transcript is not None and not bundle.reads:
        raise UserError(
            f"{upload.name}: a transcript was given, but the bundle {bundle.card.name} ({bundle.card.model}) reads no "
            "words. Leave it out, or serve a bundle that reads them."
        )
    clip = read_clip(upload.content, name=upload.name, limits=limits, channel=channel)
    given = None if upload.transcript is None else Transcript(upload.transcript)
    return _reply(clip.name, bundle.card.name, recognise(bundle, clip.recording, transcript=given))


def _reply(file: str, bundle: str, answer: Prediction) -> PredictionReply:
    found = answer.transcript
    return PredictionReply(
        file=file,
        emotion=answer.emotion,
        probabilities=dict(answer.probabilities),
        confidence=answer.confidence,
        unsure=answer.unsure,
        remarks=list(answer.remarks),
        duration=answer.duration,
        bundle=bundle,
        transcript=found.text if found else None,
        words=[WordReply(**asdict(word)) for word in (found.words if found else ())],
        language=found.language if found else None,
        members={name: dict(own) for name, own in answer.members.items()},
    )


def predict_batch(
    bundle: Bundle, uploads: Sequence[Upload], *, limits: RequestParams, channel: str = MIX
) -> BatchReply:
    """A prediction or an error for every file: one that is broken does not affect the others."""

    def one(upload: Upload) -> PredictionReply | FileErrorReply:
        try:
            return predict(bundle, upload, limits=limits, channel=channel)
        except UserError as error:
            return FileErrorReply(file=upload.name, error=str(error))

    return BatchReply(results=[one(upload) for upload in uploads])


def _handle_errors(api: FastAPI) -> None:
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


class RequestLimiter:
    """One pool of threads, and a count of the accepted requests: being received, waiting or computed."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self.at_once, self.slots = at_once, at_once + waiting
        self.accepted = 0
        self.seconds = 0.0  # of a job, a running mean
        self.pool = ThreadPoolExecutor(at_once, thread_name_prefix="ser")

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a slot from before a request is read until its reply is sent.

        Raises:
            BusyError: all are taken
        """
        if self.accepted >= self.slots:
            raise BusyError(
                f"The service is busy: {self.accepted} requests are being processed, and the queue is full. "
                "Try again after the time in Retry-After.",
                seconds=max(1, math.ceil(self.seconds * self.accepted / self.at_once)),
            )
        self.accepted += 1
        try:
            yield
        finally:
            self.accepted -= 1

    async def run(self, function: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """The function's result, from a thread of the pool."""

        def timed() -> Result:
            begin = perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                now = perf_counter() - begin
                self.seconds = MEMORY * self.seconds + (1 - MEMORY) * now if self.seconds else now

        return await asyncio.get_running_loop().run_in_executor(self.pool, timed)

    def close(self) -> None:
        """Start no further job."""
        self.pool.shutdown(wait=False, cancel_futures=True)
