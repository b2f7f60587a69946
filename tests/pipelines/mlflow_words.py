"""What runs really log, held against the tables of docs/mlflow.md."""

import re
import sqlite3
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from tests.pipelines.conftest import PROJECT

TABLES = {"Tags": "tags", "Params": "params", "Metrics": "metrics"}  # heading -> table of the store
THEIRS = "mlflow."  # tags that MLflow sets itself


class Word(NamedTuple):
    """One name of the tables, which may be a pattern."""

    name: str
    kind: str
    always: bool


def documented() -> dict[str, list[Word]]:
    """Of each table of the store, what the page says may be in it."""
    words: dict[str, list[Word]] = defaultdict(list)
    section = None
    for line in (PROJECT / "docs/mlflow.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            section = TABLES.get(line.lstrip("# ").split(":")[0])
        elif section and line.startswith("| `"):
            names, kinds = line.split("|")[1:3]
            words[section] += [
                Word(name, kind.strip("() "), always="(" not in kind)
                for name in re.findall(r"`([^`]+)`", names)
                for kind in kinds.split(",")
            ]
    return words


def check_runs(database: Path, kinds: set[str]) -> None:
    """Runs of exactly these kinds are there, log nothing that is not documented, and all that is said to be there."""
    words = documented()
    with sqlite3.connect(database) as store:
        found = {
            table: store.execute(f"select distinct run_uuid, key from {table}").fetchall() for table in TABLES.values()
        }
        kind_of = dict(store.execute("select run_uuid, value from tags where key = 'ser.kind'").fetchall())
        runs = {run for (run,) in store.execute("select run_uuid from runs").fetchall()}
    assert set(kind_of) == runs, "every run has a kind"
    assert set(kind_of.values()) == kinds
    for table, rows in found.items():
        for kind in kinds:
            logged = {key for run, key in rows if kind_of[run] == kind and not key.startswith(THEIRS)}
            own = [word for word in words[table] if word.kind == kind]
            unknown = {key for key in logged if not any(fnmatchcase(key, word.name) for word in own)}
            assert not unknown, f"{table} of {kind}, not in docs/mlflow.md"
            for run in (run for run, of in kind_of.items() if of == kind):
                mine = {key for row, key in rows if row == run}
                absent = [w.name for w in own if w.always and not any(fnmatchcase(key, w.name) for key in mine)]
                assert not absent, f"{table} of {kind}, promised by docs/mlflow.md"
