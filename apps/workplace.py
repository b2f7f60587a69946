"""A bounded place of work: so many jobs at once, so many waiting, the next one is asked to come again."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from time import perf_counter
from typing import ParamSpec, TypeVar

from apps.refusals import LaterError

P = ParamSpec("P")
Result = TypeVar("Result")

MEMORY = 0.9  # of the mean duration: about the last ten jobs count


class Workplace:
    """One pool of threads, and a count of the requests that are inside: being received, waiting or computed."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self.at_once, self.places = at_once, at_once + waiting
        self.inside = 0
        self.seconds = 0.0  # of a job, a running mean
        self.pool = ThreadPoolExecutor(at_once, thread_name_prefix="ser")

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place from before a request is read until it is answered.

        Raises:
            LaterError: all are taken
        """
        if self.inside >= self.places:
            raise LaterError(
                f"The service is busy: {self.inside} requests are inside, and there is room for no more. "
                "Ask again after the time that Retry-After names.",
                seconds=max(1, math.ceil(self.seconds * self.inside / self.at_once)),
            )
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1

    async def run(self, function: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """The function's answer, from a thread of the pool."""

        def timed() -> Result:
            begin = perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                now = perf_counter() - begin
                self.seconds = MEMORY * self.seconds + (1 - MEMORY) * now if self.seconds else now

        return await asyncio.get_running_loop().run_in_executor(self.pool, timed)

    def close(self) -> None:
        """Let no job begin any more."""
        self.pool.shutdown(wait=False, cancel_futures=True)
