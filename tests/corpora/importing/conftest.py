"""Tables and folders as people have them, with a short sound of its own in each file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.plan import Import, plan_import
from tests.corpora.conftest import write

Plan = Callable[..., Import]
SPEAKERS = ("anna", "bert", "carl")
EMOTIONS = ("angry", "sad")


@pytest.fixture
def plan() -> Plan:
    """A function that plans the import of a path."""
    return lambda path, **options: plan_import("mine", ImportOptions(path=str(path), **options))


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """A folder of twelve files: three speakers, two emotions, two takes."""
    for speaker in SPEAKERS:
        for emotion in EMOTIONS:
            for take in "12":
                write(tmp_path, f"wav/{speaker}_{emotion}_{take}.wav", seconds=0.25)
    return tmp_path


def rows(folder: str = "wav") -> list[list[str]]:
    """Path, emotion, speaker of these files."""
    return [[f"{folder}/{s}_{e}_{t}.wav", e, s] for s in SPEAKERS for e in EMOTIONS for t in "12"]


def write_table(
    root: Path,
    lines: list[list[str]],
    *,
    head: str = "file,emotion,speaker",
    separator: str = ",",
    encoding: str = "utf-8",
    newline: str = "\n",
    name: str = "labels.csv",
) -> Path:
    text = newline.join([head.replace(",", separator), *(separator.join(line) for line in lines)])
    (root / name).write_bytes((text + newline).encode(encoding))
    return root / name
