"""CPU seconds of the first hour: the same commands in two clones of this project, one after the other.

    python -m benchmarks.first_hour OLD NEW [--afresh]

OLD and NEW are clones in which `make repro` has run; one alone is measured by itself. With --afresh, each is cloned,
set up, and its demo run made, with an empty HOME and no caches, and the commands run there; the first result of the
demo run is the first line with a UAR, in seconds by the clock. Children count: a server that a command starts is part
of its price. dvc.lock is removed first, so that both run every stage: with it, stages are skipped whose digests are
the same on this processor. The Makefile of faa75ed installs nothing any more: give its pip `--no-deps`.
"""

import argparse
import math
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

COMMANDS: Mapping[str, Sequence[str]] = {
    "nothing to do": ("ser", "repro"),
    "what is stale": ("ser", "repro", "--dry"),
    "all results": ("ser", "results"),
    "corpora": ("ser", "corpora"),
    "doctor": ("ser", "check", "demo"),
    "verify": ("ser", "verify"),
    "compare": ("ser", "compare", "demo"),
    "one clip": ("ser", "predict", "data/corpora/demo/demo-f01-anger-01.wav"),
    "wrong folder": ("ser", "emobox", "demo", "nowhere"),
    "wrong corpus": ("ser", "compare", "nowhere"),
}
REFUSED = ("wrong folder", "wrong corpus")


def cpu_seconds(command: Sequence[str], folder: Path, environment: Mapping[str, str], status: int = 0) -> float:
    """User and system time of a command and of all its children that it waits for; it has to end with this status."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    if done.returncode != status:
        raise RuntimeError(f"{folder}: {' '.join(command)} ended with {done.returncode}, expected {status}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def first_result(folder: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """`make repro`: seconds by the clock until a UAR is printed, and user and system time of it all."""
    (folder / "dvc.lock").unlink()
    before, began, first = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), float("nan")
    with subprocess.Popen(
        ["make", "repro"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as run:
        for line in run.stdout or ():
            if "UAR" in line and math.isnan(first):
                first = time.monotonic() - began
    if run.returncode:
        raise RuntimeError(f"{folder}: make repro ended with {run.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return first, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def surroundings(folder: Path, home: Path) -> dict[str, str]:
    """Of a user who has the environment of this clone, and nothing else."""
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PREFECT"))
    }
    return own | {"HOME": str(home), "UV_CACHE_DIR": f"{home}/uv", "PATH": f"{folder}/.venv/bin:{os.environ['PATH']}"}


def first_commands(folder: Path, environment: Mapping[str, str]) -> dict[str, float]:
    """Set-up, its size in MB, the demo run, and when its first result was there."""
    setup = cpu_seconds(["make", "setup"], folder, environment)
    size = subprocess.run(["du", "-sm", ".venv"], cwd=folder, capture_output=True, text=True, check=True).stdout
    first, demo = first_result(folder, environment)
    return {"set-up": setup, "set-up, MB": float(size.split()[0]), "demo run": demo, "first UAR, clock": first}


def main() -> None:
    """A line for each command: each clone, and of two the ratio of the second to the first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path, nargs="+")
    parser.add_argument("--afresh", action="store_true")
    asked = parser.parse_args()
    sides: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, clone in enumerate(path.resolve() for path in asked.clones):
            home, folder = Path(scratch) / f"home-{number}", clone
            home.mkdir()
            if asked.afresh:
                folder = Path(scratch) / str(number)
                subprocess.run(["git", "clone", "--quiet", clone, folder], check=True)
            environment = surroundings(folder, home)
            found = first_commands(folder, environment) if asked.afresh else {}
            for what, command in COMMANDS.items():
                found[what] = cpu_seconds(command, folder, environment, status=int(what in REFUSED))
            sides.append(found)
    for what in sides[0]:
        figures = [side[what] for side in sides]
        ratio = f"{figures[1] / figures[0]:11.2f}" if len(figures) > 1 else ""
        print(f"{what:16}" + "".join(f"{figure:9.1f}" for figure in figures) + ratio)


if __name__ == "__main__":
    main()
