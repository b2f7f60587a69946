"""The HTTP service: recordings in, answers out as JSON."""

from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from apps.answering import answer_to, answers_to
from apps.body import FORM, Upload, uploads_of
from apps.problems import PROBLEMS, add_problems
from apps.refusals import BadRequestError, LaterError
from apps.replies import Alive, Answered, Batch, Card, Ready
from apps.service_page import service_page
from apps.workplace import Workplace
from ser_tasks.audio.channels import MIX
from ser_tasks.bundles.bundle import Bundle
from ser_tasks.params import RequestParams

Channel = Annotated[str, Query(pattern=r"^(mix|left|right|[1-9]\d?)$", description="That is heard.")]
PATIENCE = 5  # s after which to ask again while the bundle is being loaded

FILE = {"type": "string", "format": "binary"}
ONE_FILE = {"schema": {"type": "object", "properties": {"file": FILE}, "required": ["file"]}}
FILES: dict[str, Any] = {
    "schema": {
        "type": "object",
        "properties": {"files": {"type": "array", "items": FILE, "minItems": 1}},
        "required": ["files"],
    }
}


def service(loading: Future[Bundle], limits: RequestParams) -> FastAPI:
    """The application.

    Args:
        loading: the bundle, some time; until then /health answers, and everything else says 503
        limits: of a request, and of how many are inside
    """
    workplace = Workplace(at_once=limits.at_once, waiting=limits.waiting)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        workplace.close()

    api = FastAPI(title="ser", summary="Emotion of recorded speech.", lifespan=lifespan, docs_url=None, redoc_url=None)
    add_problems(api)

    @api.post("/v1/recognise", responses=PROBLEMS, openapi_extra=_body({"audio/*": {"schema": FILE}, FORM: ONE_FILE}))
    async def recognise(request: Request, channel: Channel = MIX) -> Answered:
        """One recording: the body itself, or one part of a form. `?name=` says what a raw body is called."""
        async with workplace.place():
            bundle, upload = _loaded(loading), _only(await uploads_of(request, limits=limits))
            return await workplace.run(answer_to, bundle, upload, limits=limits, channel=channel)

    @api.post("/v1/recognise/batch", responses=PROBLEMS, openapi_extra=_body({FORM: FILES}))
    async def recognise_batch(request: Request, channel: Channel = MIX) -> Batch:
        """Several recordings as parts of a form: an answer or an error for each, in the same order."""
        async with workplace.place():
            bundle, uploads = _loaded(loading), await uploads_of(request, limits=limits, raw=False)
            return await workplace.run(answers_to, bundle, uploads, limits=limits, channel=channel)

    _describe(api, loading, limits)
    return api


def _describe(api: FastAPI, loading: Future[Bundle], limits: RequestParams) -> None:
    """What the service says of itself and of its bundle."""

    @api.get("/health")
    async def health() -> Alive:
        """The process is alive."""
        return Alive(status="alive")

    @api.get("/ready", responses=PROBLEMS)
    async def ready() -> Ready:
        """The bundle is loaded, and has answered once."""
        return Ready(status="ready", bundle=_loaded(loading).card.name)

    @api.get("/v1/bundle", responses=PROBLEMS)
    async def bundle() -> Card:
        """The card: what the model was trained on, how it was tested, its classes, its licence."""
        card: Card = _loaded(loading).card.model_dump(mode="json")
        return card

    @api.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        """The same description as /openapi.json, for people; fetches nothing from elsewhere."""
        return HTMLResponse(service_page(api.openapi(), limits))


def _loaded(loading: Future[Bundle]) -> Bundle:
    if not loading.done():
        raise LaterError("The bundle is being loaded. Ask again in a few seconds.", seconds=PATIENCE)
    return loading.result()


def _only(uploads: list[Upload]) -> Upload:
    if len(uploads) != 1:
        raise BadRequestError(f"{len(uploads)} files came, one is expected. Send several to /v1/recognise/batch.")
    return uploads[0]


def _body(content: dict[str, Any]) -> dict[str, Any]:
    """Of the OpenAPI description, since the body is read by hand."""
    return {"requestBody": {"required": True, "content": content}}
