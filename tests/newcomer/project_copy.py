"""A copy of the project, to be extended as CONTRIBUTING says, and programs that run in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ser_tasks.provenance.code_digest import PROJECT

LEFT_OUT = shutil.ignore_patterns("*.csv", "*.pyc.*")  # what is compiled goes along, but not what is being written


def project_copy(folder: Path) -> Path:
    """The code and params.yaml."""
    for package in ("ser_tasks", "pipelines"):
        shutil.copytree(PROJECT / package, folder / package, ignore=LEFT_OUT)
    shutil.copy(PROJECT / "params.yaml", folder)
    return folder


def add_line(file: Path, *, behind: str, line: str) -> None:
    """One line more, behind one that is there."""
    text = file.read_text(encoding="utf-8")
    assert text.count(behind) == 1, f"{file}: {behind!r} is no landmark any more: name another line"
    file.write_text(text.replace(behind, behind + line), encoding="utf-8")


def run(folder: Path, program: str) -> str:
    """What a program prints there; the test stops with its complaint where it fails."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
