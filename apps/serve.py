"""`ser serve`: the service in a process of its own."""

from concurrent.futures import Future
from pathlib import Path
from threading import Thread

import uvicorn

from apps.loading import ready_bundle
from apps.service import service
from ser_tasks.bundles.bundle import Bundle
from ser_tasks.params import RequestParams


def serve(folder: Path, *, host: str, port: int, limits: RequestParams) -> None:
    """Listen until told to stop; the bundle is loaded meanwhile.

    Raises:
        UserError: a bundle that cannot be loaded, or does not answer
    """
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
