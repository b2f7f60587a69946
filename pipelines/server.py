"""One Prefect server for a run of many stages: each would start, and wait for, one of its own."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from prefect.settings import PREFECT_API_URL

from ser_tasks.errors import UserError

LOG = Path(".prefect/server.log")
PATIENCE = 180  # s


@contextmanager
def prefect_server() -> Iterator[str]:
    """Address of the server that PREFECT_API_URL or the profile names, else of one that lives as long as the block.

    Raises:
        UserError: the temporary server did not come up
    """
    chosen = PREFECT_API_URL.value()
    if chosen:
        yield chosen
        return
    LOG.parent.mkdir(exist_ok=True)
    port = _free_port()
    address = f"http://127.0.0.1:{port}/api"
    with LOG.open("w") as log:
        command = [sys.executable, "-m", "pipelines.server", str(port)]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
    try:
        _wait_until_healthy(address, server)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_until_healthy(address: str, server: "subprocess.Popen[bytes]") -> None:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE and server.poll() is None:
        try:
            if requests.get(f"{address}/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise UserError(
        f"the temporary Prefect server did not answer at {address} within {PATIENCE} s; its log is {LOG}. "
        "Start one yourself (prefect server start) and set PREFECT_API_URL, or run `dvc repro`."
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(port: int) -> None:
    """Serve until the process that holds our standard input is gone, even if it was killed."""
    import uvicorn  # noqa: PLC0415  only the server's own process needs these two
    from prefect.server.api.server import create_app  # noqa: PLC0415

    def leave_with_the_parent() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=leave_with_the_parent, daemon=True).start()
    uvicorn.run(create_app(ephemeral=True), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    serve(int(sys.argv[1]))
