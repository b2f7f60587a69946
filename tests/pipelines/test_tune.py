"""`ser tune` as a user runs it, on a very small demo corpus: what it says, writes and records."""

import json
import sqlite3
from pathlib import Path

import pytest
import yaml

from pipelines.tuning_plan import plan_tuning
from ser_tasks.errors import UserError
from ser_tasks.read_params import read_params
from tests.pipelines.conftest import PROJECT, Project

COMMAND = ("pipelines.cli", "tune", "--corpus", "demo", "--model", "svm", "--trials", "2", "--outer", "1", "--write")
RESULT = Path("results/tuning/demo/speaker_independent/svm.json")


@pytest.mark.slow
@pytest.mark.xdist_group("workflow_2")
def test_a_search_scores_what_it_found_records_every_trial_and_writes_the_params(project: Project):
    project.edit_params(lambda params: params["tuning"].update(inner_folds=2))
    project.succeed("dvc", "repro", "features@demo-functionals")
    before = yaml.safe_load((project.folder / "params.yaml").read_text(encoding="utf-8"))
    out = project.succeed(*COMMAND)
    assert "2 studies (speaker f01, everything) × (2 trials + params.yaml as it is) × 2 inner folds = 12 fits" in out
    assert "only 1 of 4 outer folds" in out

    result = json.loads((project.folder / RESULT).read_text(encoding="utf-8"))
    assert result["outer_folds"] == ["speaker f01"]
    assert result["against_defaults"]["uar_difference"] == pytest.approx(
        result["tuned"]["uar"] - result["defaults"]["uar"], abs=2e-4
    )
    for key, value in result["chosen"]["everything"]["params"].items():
        before["svm"][key.removeprefix("svm.")] = value
    assert yaml.safe_load((project.folder / "params.yaml").read_text(encoding="utf-8")) == before

    with sqlite3.connect(project.folder / "mlflow.db") as database:
        tags = database.execute("select run_uuid, key, value from tags").fetchall()
    found: dict[str, dict[str, str]] = {}
    for run, key, value in tags:
        found.setdefault(run, {})[key] = value
    studies = {run for run, own in found.items() if "ser.study" in own and "ser.trial" not in own}
    below = [(own["mlflow.parentRunId"], own["ser.trial"]) for own in found.values() if "ser.trial" in own]
    assert len(studies) == 2
    assert sorted(below) == sorted((run, number) for run in studies for number in ("0", "1"))
    assert {own["ser.model"] for own in found.values()} == {"svm"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("demos", "speaker_independent", "svm"),
            r"--corpus demos: not known. Did you mean 'demo'\?.*Allowed: dafex, demo",
        ),
        (("demo", "independent", "svm"), r"--protocol independent: not known.*Allowed: speaker_dependent, speaker_ind"),
        (("demo", "speaker_independent", "svmm"), r"--model svmm: not known. Did you mean 'svm'\?.*tuning/spaces.py"),
    ],
)
def test_what_is_not_known_is_answered_with_what_is(words, said):
    with pytest.raises(UserError, match=said):
        plan_tuning(*words, read_params(PROJECT / "params.yaml"), outer=None)
