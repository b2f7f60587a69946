"""The same network in two checkouts, epoch by epoch in turn: what `python -m benchmarks.networks ... --beside` prints.

As a program, run by `Side`: trains the first fold, an epoch for each line of standard input.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

EPOCHS = 3  # after the first


class Side:
    """A process of its own in a checkout, which has the features of the corpus (`data`, or a link to it)."""

    def __init__(self, folder: Path, corpus: str, name: str) -> None:
        environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
        command = [sys.executable, __file__, corpus, name]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def epoch(self) -> tuple[float, float]:
        """CPU seconds and seconds of the next one.

        Raises:
            RuntimeError: the process has ended, as its message above says
        """
        assert self.process.stdin and self.process.stdout
        print("next", file=self.process.stdin, flush=True)
        for line in self.process.stdout:
            if line.startswith("["):
                cpu, seconds = json.loads(line)
                return cpu, seconds
        raise RuntimeError(f"{self.process.args} has ended without an epoch")

    def end(self) -> None:
        """No further epoch."""
        self.process.communicate()


def compare(corpus: str, names: list[str], *, other: Path) -> Iterator[str]:
    """A line for each network, as a Markdown table: medians of the epochs after the first."""
    yield "| network | other, CPU s | this, CPU s | ratio | other, s | this, s | ratio |\n|---|---|---|---|---|---|---|"
    for name in names:
        sides = [Side(folder, corpus, name) for folder in (other.resolve(), Path.cwd())]
        turns = [[side.epoch() for side in sides] for _ in range(1 + EPOCHS)][1:]
        for side in sides:
            side.end()
        columns = [[median(turn[side][kind] for turn in turns) for side in (0, 1)] for kind in (0, 1)]
        cells = [f"{before:.2f} | {after:.2f} | {before / after:.2f}" for before, after in columns]
        yield f"| {name} | {' | '.join(cells)} |"


def on_request(epoch: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which waits for a line before and prints its CPU seconds and seconds afterwards."""

    def waiting(*args: Any, **kwargs: Any) -> Any:
        if not sys.stdin.readline():
            sys.stdout.flush()
            os._exit(0)  # out of the middle of a training
        cpu, began = time.process_time(), time.perf_counter()
        found = epoch(*args, **kwargs)
        print(json.dumps([time.process_time() - cpu, time.perf_counter() - began]), flush=True)
        return found

    return waiting


def main(corpus: str, name: str) -> None:
    """Train until standard input ends."""
    from benchmarks.networks import first_fold  # noqa: PLC0415  of the checkout that this process runs
    from pipelines.settings import project_params  # noqa: PLC0415
    from ser_tasks.models import MODELS  # noqa: PLC0415
    from ser_tasks.models.training import trainer  # noqa: PLC0415

    trainer._epoch = on_request(trainer._epoch)
    train = first_fold(corpus, name)
    section = MODELS[name].section(project_params())
    MODELS[name].build(section, classes=sorted(set(train.emotions)), seed=0).fit(train, None)


if __name__ == "__main__":
    main(*sys.argv[1:])
