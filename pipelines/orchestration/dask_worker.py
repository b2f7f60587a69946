"""`ser worker`: a Dask worker that computes what `workers.where: tcp://...` sends it, to the same last digit."""

import os
import sys

from pipelines.orchestration.environment import prepare_environment


def work(scheduler: str, *, count: int, memory: str) -> None:
    """Become Dask's own worker command, in the environment of every other worker; does not return.

    Args:
        scheduler: its address
        count: processes; one that dies is replaced by its nanny
        memory: limit of each, as Dask writes it
    """
    prepare_environment()
    options = ["--nworkers", str(count), "--nthreads", "1", "--memory-limit", memory, "--no-dashboard"]
    os.execv(sys.executable, [sys.executable, "-m", "dask", "worker", scheduler, *options])
