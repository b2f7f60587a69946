"""Tasks on the workers of a Dask scheduler: more machines, which see this folder under the same path."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import Any

from ser_tasks.errors import UserError

PATIENCE = 20  # s for a scheduler to reply
FIRST_WORKER = 60  # s for it to join: in a job of a cluster, all begin at once
KERNELS = (  # what decides the last bits of a result
    *("NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE", "ONEDNN_MAX_CPU_ISA", "XLA_FLAGS"),
    *("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"),
)


class DaskPool(Executor):
    """An executor on all workers that a scheduler has, those that join later too.

    A task whose worker dies is done again by another, three times at most; what is finished is kept in the folder.
    """

    def __init__(self, address: str) -> None:
        """Reach the scheduler.

        Args:
            address: as `tcp://host:8786`

        Raises:
            UserError: no scheduler there, or one that has had no worker for FIRST_WORKER seconds
        """
        from distributed import Client  # noqa: PLC0415  seconds, and no other workers need it

        reach = partial(Client, address, timeout=PATIENCE, set_as_default=False)
        try:
            try:
                self.client = reach()
            except AssertionError:  # its own thread had not begun after 10 s: the machine had other things to do
                self.client = reach()
        except (OSError, ValueError, TypeError, ImportError) as error:  # no reply, or an address that it cannot read
            raise UserError(
                f"workers.where in params.yaml, or SER_WORKERS: no Dask scheduler replies at {address} ({error}). "
                "Start one there (dask scheduler), name it as tcp://host:8786, or set processes."
            ) from error
        self._await_a_worker(address)
        self.executor = self.client.get_executor(pure=False)

    def _await_a_worker(self, address: str) -> None:
        if self.client.scheduler_info()["workers"]:
            return
        start = f"Start some, in this folder or on a machine that sees it under the same path: ser worker {address}"
        sys.stderr.write(f"The Dask scheduler at {address} has no worker yet; waiting {FIRST_WORKER} s. {start}\n")
        try:
            self.client.wait_for_workers(1, timeout=FIRST_WORKER)
        except TimeoutError as error:
            self.client.close()
            raise UserError(f"the Dask scheduler at {address} has no worker. {start}") from error

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The function on some worker, in this folder."""
        kernels = {name: os.environ.get(name, "") for name in KERNELS}
        future: Future[Any] = self.executor.submit(_in_folder, str(Path.cwd()), kernels, fn, args, kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the scheduler, which stays, with its workers."""
        self.executor.shutdown(wait=wait and not cancel_futures)
        self.client.close()


def _in_folder(folder: str, kernels: Mapping[str, str], fn: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """What the function returns, on a worker."""
    here = f"the worker on {socket.gethostname()}"
    if not Path(folder).is_dir():
        raise UserError(f"{here} sees no folder {folder}. Mount it there, under this path.")
    others = [name for name, value in kernels.items() if os.environ.get(name, "") != value]
    if others:
        raise UserError(
            f"{here} computes with other settings ({', '.join(others)}), so that last digits would differ. Start it "
            "with ser worker, and with the same SER_KERNELS as here."
        )
    os.chdir(folder)
    return fn(*args, **kwargs)
