"""`ser worker`: a Dask worker that computes what `workers.where: tcp://...` sends it, to the same last digit."""

import os
import socket
import sys
import time
from urllib.parse import urlsplit

from pipelines.orchestration.environment import prepare_environment
from ser_tasks.errors import UserError

PATIENCE = 10  # s for one attempt
STARTING = 60  # s for a scheduler to begin: in a job of a cluster, all begin at once


def work(scheduler: str, *, count: int, memory: str) -> None:
    """Become Dask's own worker command, in the environment of every other worker; does not return.

    Args:
        scheduler: its address
        count: processes; one that dies is replaced by its nanny
        memory: limit of each, as Dask writes it
    """
    check_answers(scheduler)
    prepare_environment()
    options = ["--nworkers", str(count), "--nthreads", "1", "--memory-limit", memory, "--no-dashboard"]
    os.execv(sys.executable, [sys.executable, "-m", "dask", "worker", scheduler, *options])


def check_answers(scheduler: str) -> None:
    """Raise UserError where nobody comes to answer at an address of TCP; Dask would say so on two screens."""
    place = urlsplit(scheduler)
    if place.scheme not in ("tcp", "tls"):
        return  # other ways are Dask's to check
    try:
        port = place.port
    except ValueError:  # no number, or one that no port has
        port = None
    if place.hostname is None or port is None:
        raise UserError(f"{scheduler}: expected the address of a scheduler, as tcp://10.0.0.1:8786.")
    end, waits = time.monotonic() + STARTING, False
    while (error := _refused(place.hostname, port)) is not None:
        start = f"({error}). Start one there, `dask scheduler --port {port}`, or name another address."
        if time.monotonic() >= end:
            raise UserError(f"{scheduler}: no scheduler answers {start}") from error
        if not waits:
            sys.stderr.write(f"{scheduler}: no scheduler answers yet, waiting {STARTING} s {start}\n")
        waits = True
        time.sleep(0.5)


def _refused(host: str, port: int) -> OSError | None:
    """Why there is no connection; None: there is."""
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except OSError as error:
        return error
    return None
