"""How many requests the service accepts at a time, and how many it computes."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from time import perf_counter
from typing import ParamSpec, TypeVar

from apps.uploads import BusyError

P = ParamSpec("P")
Result = TypeVar("Result")

MEMORY = 0.9  # of the mean duration: about the last ten jobs count


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
