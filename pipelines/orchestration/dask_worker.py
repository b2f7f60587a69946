"""`ser worker`: a Dask worker that computes what `workers.where: tcp://...` sends it, to the same last digit."""

import os
import socket
import sys
from urllib.parse import urlsplit

from pipelines.orchestration.environment import prepare_environment
from ser_tasks.errors import UserError

PATIENCE = 10  # s


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
    """Raise UserError where nobody answers at an address of TCP; Dask would say so on two screens."""
    place = urlsplit(scheduler)
    if place.scheme not in ("tcp", "tls"):
        return  # other ways are Dask's to check
    if place.hostname is None or place.port is None:
        raise UserError(f"{scheduler}: expected the address of a scheduler, as tcp://10.0.0.1:8786.")
    try:
        socket.create_connection((place.hostname, place.port), timeout=PATIENCE).close()
    except OSError as error:
        raise UserError(
            f"{scheduler}: no scheduler answers ({error}). Start one there, `dask scheduler --port {place.port}`, or "
            "name another address."
        ) from error
