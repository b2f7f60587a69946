"""A small copy of the project, as a fresh clone would be."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import soundfile
import yaml
from filelock import FileLock

from pipelines import paths
from pipelines.orchestration.stage_list import write_stages
from pipelines.settings import feature_params
from ser_tasks.audio.decode import read_recording
from ser_tasks.corpora.utterances import utterance_table, write_utterances
from ser_tasks.corpora.votes import vote_table, write_votes
from ser_tasks.features.store import compute_shard, plan_shards
from ser_tasks.params import Params
from ser_tasks.params.project import ProjectParams
from ser_tasks.params.reading import read_params
from tests.bundles.small_bundles import CLASSES, RATE, voice

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

    def locked(self) -> dict[str, dict]:
        """What dvc.lock records of each stage."""
        stages: dict[str, dict] = yaml.safe_load((self.folder / "dvc.lock").read_text(encoding="utf-8"))["stages"]
        return stages

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


def environment_of(folder: Path) -> dict[str, str]:
    """Of a user who has no server and has never used Prefect."""
    own = {**os.environ, "PREFECT_HOME": str(folder / "prefect"), "DO_NOT_TRACK": "1", "OMP_NUM_THREADS": "1"}
    return {name: value for name, value in own.items() if name not in ("MLFLOW_TRACKING_URI", "PREFECT_API_URL")}


def project_in(folder: Path) -> Project:
    """The project that is there."""
    return Project(folder, {**environment_of(folder.parent), "PYTHONPATH": str(folder)})


def _nothing_run(folder: Path, _before: Path) -> None:
    """The code, with what Python compiled of it, a small params.yaml, git and DVC."""
    folder.mkdir()
    for part in PARTS:
        source = PROJECT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("*.pyc.*"))  # being written right now
        else:
            shutil.copy(source, folder / part)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    project_in(folder).succeed("dvc", "init", "--quiet")
    project_in(folder).edit_params(make_small)


def _with_features(folder: Path, before: Path) -> None:
    shutil.copytree(before, folder, symlinks=True)
    project_in(folder).succeed("dvc", "repro", "features@demo-functionals")


def _with_svm(folder: Path, before: Path) -> None:
    shutil.copytree(before, folder, symlinks=True)
    project_in(folder).succeed("dvc", "repro", "evaluate@demo-speaker_independent-svm")


STEPS = {"nothing": _nothing_run, "features": _with_features, "svm": _with_svm}  # each from the one before


@pytest.fixture(scope="session")
def templates(tmp_path_factory) -> Callable[[str], Path]:
    """A function that gives the project after a step, made once for all tests that change copies of it."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "projects"
    shared.mkdir(exist_ok=True)

    def made(step: str) -> Path:
        place = list(STEPS).index(step)
        before = made(list(STEPS)[place - 1]) if place else shared
        folder, whole = shared / step, shared / f"{step}.whole"
        with FileLock(shared / f"{step}.lock"):
            if not whole.exists():
                shutil.rmtree(folder, ignore_errors=True)  # half of it, where another worker has failed
                STEPS[step](folder, before)
                whole.touch()
        return folder

    return made


def _move_artefacts(database: Path, *, before: Path, now: Path) -> None:
    """MLflow keeps whole paths: those of the copy from here on."""
    with closing(sqlite3.connect(database)) as store, store:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            store.execute(f"update {table} set {column} = replace({column}, ?, ?)", (str(before), str(now)))


@pytest.fixture
def make_project(tmp_path: Path, templates: Callable[[str], Path]) -> Callable[[str], Project]:
    """A function that makes a project of the given step."""

    def make(step: str) -> Project:
        folder = Path(shutil.copytree(templates(step), tmp_path / step, symlinks=True))
        if (folder / "mlflow.db").exists():
            _move_artefacts(folder / "mlflow.db", before=templates(step), now=folder)
        return project_in(folder)

    return make


@pytest.fixture
def project(make_project: Callable[[str], Project]) -> Project:
    """Nothing run yet."""
    return make_project("nothing")


@pytest.fixture
def project_with_features(make_project: Callable[[str], Project]) -> Project:
    """After `dvc repro features@demo-functionals`."""
    return make_project("features")


@pytest.fixture
def project_with_svm(make_project: Callable[[str], Project]) -> Project:
    """After `dvc repro evaluate@demo-speaker_independent-svm`."""
    return make_project("svm")


@pytest.fixture
def three_voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    """A project of three speakers with two takes of three classes, features, and votes; its folder is entered.

    Two of three raters agree with the label, the third votes for the next class. Its params come back.
    """
    monkeypatch.chdir(tmp_path)
    values = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    values["svm"] |= {"c": [1], "inner_folds": 2}
    values["functionals"]["over"] = ["mfcc"]
    conditions: dict[str, list[float]] = {kind: [] for kind in values["robustness"]["conditions"]}
    values["robustness"]["conditions"] = conditions | {"gain": [0], "babble": [0]}
    params = ProjectParams.model_validate(values)
    rows = []
    for emotion, speaker, take in ((e, s, t) for e in CLASSES for s in range(3) for t in range(2)):
        path = paths.corpus_root("demo") / f"{speaker}{emotion}{take}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, voice(emotion, speaker=speaker, take=take), RATE)
        about = {"corpus": "demo", "speaker": str(speaker), "emotion": emotion, "duration": 0.6, "votes": []}
        about |= {"activation": 1.0 + list(CLASSES).index(emotion) + 0.1 * take}
        rows.append({"utterance_id": path.stem, "path": path.name, "sha256": read_recording(path).sha256, **about})
    table = utterance_table(rows)
    write_utterances(table, paths.utterances("demo"))
    for shard in plan_shards(table, "functionals", feature_params(params), shard_minutes=10):
        compute_shard(shard, corpus_root=paths.corpus_root("demo"), folder=paths.features("demo", "functionals"))
    following = dict(zip(CLASSES, [*list(CLASSES)[1:], *CLASSES], strict=False))
    votes = {row["utterance_id"]: {row["emotion"]: 2, following[row["emotion"]]: 1} for row in rows}
    write_votes(vote_table(votes), paths.votes("demo"))
    return params
