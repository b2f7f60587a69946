"""A small copy of the project, as a fresh clone would be."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from pipelines.orchestration.stage_list import write_stages
from ser_tasks.params.reading import read_params

PROJECT = Path(__file__).parents[2]
PARTS = (
    ".dvcignore",
    "pipelines",
    "ser_tasks",
    "dvc.yaml",
    "params.yaml",
    "prefect.toml",
    "prefect.yaml",
    "requirements.lock",
    "stages.yaml",
)
SMALL = {
    "demo": {"speakers": 4, "utterances_per_emotion": 3},
    "speaker_dependent": {"folds": 3},
    "svm": {"pca_variance": [0.9], "c": [1], "gamma": [0.001], "inner_folds": 2},
    "training": {"epochs": 2, "augmentation": {"tempo": [0.9, 1.1], "spec_augment": None, "mixup_alpha": 0.2}},
    "evaluation": {"bootstrap_resamples": 200},
}


@dataclass(frozen=True)
class Project:
    """A folder that is one, and an environment to run its commands in."""

    folder: Path
    environment: dict[str, str]
    made: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """A module of Python with its arguments, to its end."""
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def succeed(self, *command: str) -> str:
        """Its output; the test fails with all of it if the command does."""
        done = self.run(*command)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """A command in its own process group, for a test to kill."""
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def edit_params(self, change: Callable[[dict], None]) -> None:
        """Change params.yaml as a user would."""
        file = self.folder / "params.yaml"
        params = yaml.safe_load(file.read_text(encoding="utf-8"))
        change(params)
        file.write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
        write_stages(read_params(file), self.folder / "stages.yaml")


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """kill -9, children too."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def make_small(params: dict) -> None:
    """The smallest run that still has everything in it."""
    for section, values in SMALL.items():
        params[section] |= values
    params["evaluations"] = [
        {"corpus": "demo", "protocol": protocol, "model": "svm"}
        for protocol in ("speaker_independent", "speaker_dependent")
    ]
    params["ensembles"], params["bundles"] = {}, {}
    params["corpus"]["demo"] |= {"speaker_independent": {"kind": "loso"}, "epochs": 2}


def and_evaluate(model: str, protocol: str = "speaker_independent") -> Callable[[dict], None]:
    """A change of params.yaml: one line more."""
    line = {"corpus": "demo", "protocol": protocol, "model": model}
    return lambda params: params["evaluations"].append(line)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a user who has no server and has never used Prefect."""
    own = {**os.environ, "PREFECT_HOME": str(tmp_path / "prefect"), "DO_NOT_TRACK": "1", "OMP_NUM_THREADS": "1"}
    return {name: value for name, value in own.items() if name not in ("MLFLOW_TRACKING_URI", "PREFECT_API_URL")}


@pytest.fixture
def make_project(tmp_path: Path, environment: dict[str, str]) -> Callable[[str], Project]:
    """A function that makes a project folder of the given name."""

    def make(name: str) -> Project:
        folder = tmp_path / name
        folder.mkdir()
        for part in PARTS:
            source, ignored = PROJECT / part, shutil.ignore_patterns("__pycache__")
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=ignored)
            else:
                shutil.copy(source, folder / part)
        project = Project(folder, {**environment, "PYTHONPATH": str(folder)})
        subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
        project.succeed("dvc", "init", "--quiet")
        project.edit_params(make_small)
        return project

    return make


@pytest.fixture
def project(make_project: Callable[[str], Project]) -> Project:
    """One project folder, nothing run yet."""
    return make_project("project")
