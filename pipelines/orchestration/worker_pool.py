"""A pool of processes that map functions of one bundle over batches; the results come in the order of the batches."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import AnyBundle

Batch = TypeVar("Batch")
Result = TypeVar("Result")
BundleFunction: TypeAlias = Callable[[Any, Batch], Result]  # of the kind of bundle that stands in the folder

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
AHEAD = 2  # batches that wait for each worker


class WorkerPool:
    """`count` processes with the bundle of a folder; one alone is this process itself."""

    def __init__(self, folder: Path, pool: ProcessPoolExecutor | None, count: int) -> None:
        self.folder, self.pool, self.count = folder, pool, count
        self.waiting: deque[Future[Any]] = deque()

    def map(self, function: BundleFunction[Batch, Result], batches: Iterable[Batch]) -> Iterator[Result]:
        """The result for each batch, in order; batches are read as the workers need them.

        Raises:
            UserError: the bundle cannot be loaded, or a worker was killed
        """
        if self.pool is None:
            yield from (_apply(function, self.folder, batch) for batch in batches)
            return
        waiting = self.waiting
        try:
            for batch in batches:
                waiting.append(self.pool.submit(_apply, function, self.folder, batch))
                if len(waiting) >= AHEAD * self.count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise UserError(
                f"a worker of {self.count} was killed, mostly for want of memory. Earlier predictions are kept; "
                "continue with --workers 1, or with shorter recordings."
            ) from error


@contextmanager
def worker_pool(folder: Path, count: int) -> Iterator[WorkerPool]:
    """A pool for the time of the block; Ctrl-C reaches this process alone, and the workers end with the block."""
    if count == 1:
        yield WorkerPool(folder, None, 1)
        return
    for name in THREADS:  # a worker on each core leaves no core for more threads
        os.environ.setdefault(name, "1")
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_leave_ctrl_c)
    workers = WorkerPool(folder, pool, count)
    try:
        yield workers
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        if not all(future.done() for future in workers.waiting):  # nobody waits for these results any more
            for child in multiprocessing.active_children():
                child.terminate()
        pool.shutdown()


def _leave_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _apply(function: BundleFunction[Batch, Result], folder: Path, batch: Batch) -> Result:
    return function(_bundle(folder), batch)


@lru_cache(maxsize=1)
def _bundle(folder: Path) -> AnyBundle:
    from ser_tasks.bundles.bundle import load_any_bundle  # noqa: PLC0415 - takes seconds, once for each worker

    return load_any_bundle(folder)
