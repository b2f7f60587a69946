"""Cold start of `ser predict` with the bundle of a network: the same command in two checkouts, in turns.

    python -m benchmarks.cold_start OLD NEW BUNDLE RECORDING [--times 7]

OLD and NEW are checkouts of this project; both run under this Python, and read the same bundle. What is printed is the
median of each side after a start that does not count, and their ratio: seconds on the clock, seconds of processor
time, and the most memory that was resident at one time, of the command and of the processes that it waits for.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Cost(NamedTuple):
    """Of one command."""

    wall: float  # s
    cpu: float  # s
    memory: float  # MB


def cost_of(checkout: Path, arguments: list[str]) -> Cost:
    """Of `ser predict` with these arguments.

    Raises:
        RuntimeError: it does not predict
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pipelines.cli", "predict", *arguments]
    began = perf_counter()
    process = subprocess.Popen(
        command,
        cwd=checkout,
        env=environment | {"PYTHONPATH": str(checkout)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{checkout}: exit status {process.returncode} of {' '.join(command)}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)  # Linux counts kibibytes


def main() -> None:
    """A line for each cost: both sides, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("old", "new", "bundle", "recording"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    arguments = [str(given.recording.resolve()), "--bundle", str(given.bundle.resolve())]
    sides = [given.old.resolve(), given.new.resolve()]
    turns = [[cost_of(side, arguments) for side in sides] for _ in range(1 + given.times)][1:]
    print(f"{'':12}{'old':>9}{'new':>9}{'new / old':>11}")
    for what in Cost._fields:
        old, new = (median(getattr(turn[side], what) for turn in turns) for side in (0, 1))
        print(f"{what:12}{old:9.2f}{new:9.2f}{new / old:11.2f}")


if __name__ == "__main__":
    main()
