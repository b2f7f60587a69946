"""The HTTP service (`ser serve`): recordings in, predictions out as JSON; errors by RFC 9457."""

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from apps.limiter import RequestLimiter
from apps.problems import NOT_READY, PROBLEMS, handle_errors
from apps.replies import (
    BatchReply,
    DimensionReply,
    FileErrorReply,
    HealthReply,
    PredictionReply,
    ReadyReply,
    dimension_reply,
    reply_of,
)
from apps.startup import ready_bundle
from apps.uploads import FORM, TRANSCRIPT, BadRequestError, BusyError, Upload, read_clip, uploads_of
from ser_tasks.audio.channels import MIX
from ser_tasks.bundles.bundle import AnyBundle
from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions
from ser_tasks.bundles.inference.estimate import estimate
from ser_tasks.bundles.inference.prediction import recognise
from ser_tasks.errors import UserError
from ser_tasks.html import templates
from ser_tasks.params import RequestParams
from ser_tasks.text.asr.engine import Transcript

Channel = Annotated[
    str,
    Query(
        pattern=r"^(mix|left|right|[1-9]\d?)$",
        description="What is read of several channels: mix, left, right, or the number of one, from 1.",
    ),
]
RETRY_AFTER_S = 5  # while the bundle is being loaded

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


def serve(folder: Path, *, host: str, port: int, limits: RequestParams) -> None:
    """Listen until stopped; the bundle is loaded meanwhile.

    Raises:
        UserError: a bundle that cannot be loaded, or predicts nothing
    """
    import uvicorn  # noqa: PLC0415  the application itself needs no server

    loading: Future[AnyBundle] = Future()
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


def service(loading: Future[AnyBundle], limits: RequestParams) -> FastAPI:
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
    handle_errors(api)

    @api.post("/v1/recognise", responses=PROBLEMS, openapi_extra=_body({"audio/*": {"schema": FILE}, FORM: ONE_FILE}))
    async def recognise(request: Request, channel: Channel = MIX) -> PredictionReply | DimensionReply:
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


def _describe(api: FastAPI, loading: Future[AnyBundle], limits: RequestParams) -> None:
    """Add the addresses that describe the service and its bundle."""
    pages = templates(Path(__file__).parent / "templates")

    @api.get("/health")
    async def health() -> HealthReply:
        """The process is alive."""
        return HealthReply(status="alive")

    @api.get("/ready", responses=NOT_READY)
    async def ready() -> ReadyReply:
        """The bundle is loaded, and has predicted once."""
        return ReadyReply(status="ready", bundle=_loaded(loading).card.name)

    @api.get("/v1/bundle", responses=NOT_READY)
    async def bundle() -> dict[str, Any]:
        """The card: training data, tests, classes or dimensions, and licence of the model."""
        return _loaded(loading).card.model_dump(mode="json")

    @api.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        """The same description as /openapi.json, for people; loads nothing from other hosts."""
        return HTMLResponse(pages.get_template("service.html.jinja").render(api.openapi(), limits=limits))


def _loaded(loading: Future[AnyBundle]) -> AnyBundle:
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


def predict(
    bundle: AnyBundle, upload: Upload, *, limits: RequestParams, channel: str = MIX
) -> PredictionReply | DimensionReply:
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
    if isinstance(bundle, BundleOfDimensions):
        return dimension_reply(clip.name, bundle.card.name, estimate(bundle, clip.recording, transcript=given))
    return reply_of(clip.name, bundle.card.name, recognise(bundle, clip.recording, transcript=given))


def predict_batch(
    bundle: AnyBundle, uploads: Sequence[Upload], *, limits: RequestParams, channel: str = MIX
) -> BatchReply:
    """A prediction or an error for every file: one that is broken does not affect the others."""

    def one(upload: Upload) -> PredictionReply | DimensionReply | FileErrorReply:
        try:
            return predict(bundle, upload, limits=limits, channel=channel)
        except UserError as error:
            return FileErrorReply(file=upload.name, error=str(error))

    return BatchReply(results=[one(upload) for upload in uploads])
