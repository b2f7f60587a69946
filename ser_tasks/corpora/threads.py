"""Many files at once: decoding and hashing release Python's lock, so threads are enough."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_files(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """`function` of each item, in their order; the first exception is raised and the rest is not started."""
    pool = ThreadPoolExecutor(max_workers=os.cpu_count())
    try:
        return list(pool.map(function, items))
    finally:
        pool.shutdown(cancel_futures=True)
