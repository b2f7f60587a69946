"""A row that is made in a moment, what tampers with it, and `ser verify` in this process."""

import json
from pathlib import Path

import pandas as pd
import yaml
from typer.testing import CliRunner

from pipelines import paths
from pipelines.cli import cli
from pipelines.evaluations.plan import plan_evaluation
from pipelines.evaluations.record import write_outputs
from pipelines.evaluations.result import result_of
from pipelines.settings import project_params
from ser_tasks.evaluation.fold import compute_fold, fold_outcome

FIXED = {"corpus": "demo", "path": "x.wav", "style": "speech", "duration": 1.0, "sampling_rate": 16_000}
ROW = ("demo", "speaker_independent", "svm")
NAME = "/".join(ROW)


def make_row(protocol: str, model: str = "svm") -> None:
    """One evaluation, its folds run here."""
    planned = plan_evaluation("demo", protocol, model, project_params().for_corpus("demo"))
    outcomes = [fold_outcome(compute_fold(request)) for request in planned.requests]
    result, predictions, _ = result_of(planned, outcomes)
    write_outputs(result, predictions)


def verify(*words: str) -> tuple[int, str]:
    """Exit status, and what is printed, on one line."""
    done = CliRunner().invoke(cli, ["verify", *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.split())


def edit_params(change) -> None:
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    change(params)
    Path("params.yaml").write_text(yaml.safe_dump(params, sort_keys=True), encoding="utf-8")


def edit_result(change) -> None:
    file = paths.result(*ROW)
    result = json.loads(file.read_text(encoding="utf-8"))
    change(result)
    file.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def posteriors_with(change) -> None:
    """The predictions that lie here, changed."""
    file = paths.predictions(*ROW)
    table = pd.read_parquet(file)
    change(table)
    table.to_parquet(file, index=False)
