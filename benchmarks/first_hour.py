"""CPU seconds of the first hour: the same commands in two clones of this project, one after the other.

    python -m benchmarks.first_hour OLD NEW [--afresh]

OLD and NEW are clones in which `make repro` has run. With --afresh, each is cloned, set up, and its demo run made, with
an empty HOME and no caches, and the commands run there. Children count: a server that a command starts is part of its
price.
"""

import argparse
import os
import resource
import subprocess
import tempfile
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
    "wrong corpus": ("ser", "inflation", "nowhere"),
}


def cpu_seconds(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> float:
    """User and system time of a command and of all its children that it waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def surroundings(folder: Path, home: Path) -> dict[str, str]:
    """Of a user who has the environment of this clone, and nothing else."""
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PREFECT"))
    }
    return own | {"HOME": str(home), "UV_CACHE_DIR": f"{home}/uv", "PATH": f"{folder}/.venv/bin:{os.environ['PATH']}"}


def first_commands(folder: Path, environment: Mapping[str, str]) -> dict[str, float]:
    """Set-up, its size in MB, and the demo run."""
    setup = cpu_seconds(["make", "setup"], folder, environment)
    size = subprocess.run(["du", "-sm", ".venv"], cwd=folder, capture_output=True, text=True, check=True).stdout
    demo = cpu_seconds(["make", "repro"], folder, environment)
    return {"set-up": setup, "set-up, MB": float(size.split()[0]), "demo run": demo}


def main() -> None:
    """A line for each command: both sides, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--afresh", action="store_true")
    asked = parser.parse_args()
    sides: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, clone in {"old": asked.old.resolve(), "new": asked.new.resolve()}.items():
            home, folder = Path(scratch) / f"home-{name}", clone
            home.mkdir()
            if asked.afresh:
                folder = Path(scratch) / name
                subprocess.run(["git", "clone", "--quiet", clone, folder], check=True)
            environment = surroundings(folder, home)
            found = first_commands(folder, environment) if asked.afresh else {}
            for what, command in COMMANDS.items():
                found[what] = cpu_seconds(command, folder, environment)
            sides.append(found)
    print(f"{'':16}{'old':>9}{'new':>9}{'new / old':>11}")
    for what, old in sides[0].items():
        print(f"{what:16}{old:9.1f}{sides[1][what]:9.1f}{sides[1][what] / old:11.2f}")


if __name__ == "__main__":
    main()
