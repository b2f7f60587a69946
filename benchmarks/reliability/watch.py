"""Calls that may crash, hang or eat memory, each watched from another process."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from ser_tasks.errors import UserError

Try = Callable[[int], str | None]  # of a number: None is a result, a text reports what is odd with it

PATIENCE = 20.0  # s that one call may take
MEMORY = 2 << 30  # bytes that a process may have beyond those it begins with
CHUNK = 200  # calls of one process


@dataclass
class Tally:
    """Outcomes of the calls."""

    ends: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0  # s
    peak: int = 0  # bytes of a process

    def show(self, title: str, seconds: float) -> bool:
        """Print, and return whether everything was a result or a clear error."""
        fine = self.ends["result"] + self.ends["clear error"]
        print(
            f"{title}: {self.ends.total()} in {seconds:.0f} s; slowest {self.slowest:.2f} s; peak {self.peak >> 20} MiB"
        )
        for end, count in self.ends.most_common():
            print(f"  {count:7d} {end}")
        return fine == self.ends.total()


def watched(attempt: Try, numbers: Iterable[int]) -> Tally:
    """Call once for every number, in processes that are replaced when they crash or hang."""
    waiting, tally = list(numbers), Tally()
    context = multiprocessing.get_context("fork")
    while waiting:
        here, there = context.Pipe(duplex=False)
        chunk = waiting[:CHUNK]
        process = context.Process(target=_work, args=(attempt, chunk, there), daemon=True)
        process.start()
        there.close()
        done = _collect(here, tally)
        process.kill() if process.is_alive() and done < len(chunk) else None
        process.join()
        if done < len(chunk):
            crashed = process.exitcode is not None and process.exitcode not in (0, -9)
            tally.ends["crashed" if crashed else f"no result in {PATIENCE:g} s"] += 1
            done += 1
        waiting = waiting[done:]
    return tally


def _collect(here: Connection, tally: Tally) -> int:
    done = 0
    while True:
        try:
            if not here.poll(PATIENCE):
                return done
            end, seconds, peak = here.recv()
        except EOFError:
            return done
        tally.ends[end] += 1
        tally.slowest, tally.peak = max(tally.slowest, seconds), max(tally.peak, peak)
        done += 1


def _work(attempt: Try, numbers: list[int], there: Connection) -> None:
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    sys.stderr = open("/dev/null", "w", encoding="utf-8")  # noqa: PTH123, SIM115 - what decoders say
    for number in numbers:
        began = time.perf_counter()
        try:
            end = attempt(number) or "result"
        except UserError:
            end = "clear error"
        except BaseException as error:
            end = f"{type(error).__module__}.{type(error).__name__}"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        there.send((end, time.perf_counter() - began, max(begun, peak)))
    there.close()
