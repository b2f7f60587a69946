"""The database of MLflow is made whole or not at all, and keeps the names that it is given."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from ser_tasks.errors import UserError
from ser_tasks.tracking import _one_at_a_time, log_evaluation


def client_that(make):
    """What `_one_at_a_time` asks of MLflow; `make` is given the file of the database."""

    def client(uri: str) -> SimpleNamespace:
        return SimpleNamespace(search_experiments=lambda max_results: make(Path(uri.removeprefix("sqlite:///"))))

    return SimpleNamespace(get_tracking_uri=lambda: "sqlite:///mlflow.db", MlflowClient=client)


def half_made(database: Path) -> None:
    database.write_text("some tables")
    raise RuntimeError("(sqlite3.OperationalError) database or disk is full")


def test_a_database_that_was_not_finished_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused = pytest.raises(UserError, match=r"sqlite:///mlflow\.db: no room on the disk .* Make some")
    with refused, _one_at_a_time(client_that(half_made)):
        pytest.fail("nothing could be written")
    assert [path.name for path in tmp_path.iterdir()] == [".mlflow.lock"]


def test_one_that_is_there_is_left_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = client_that(lambda database: database.write_text("all tables"))
    for _ in range(2):
        with _one_at_a_time(made):
            assert Path("mlflow.db").read_text() == "all tables"
        made = client_that(half_made)


def test_another_error_is_none_of_the_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mlflow.db").touch()
    with pytest.raises(KeyError), _one_at_a_time(client_that(half_made)):
        raise KeyError("of the caller")


def test_a_fold_is_logged_with_what_was_chosen_in_it_under_keys_that_mlflow_takes(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    epochs = [{"loss": 1.5, "val_loss": 1.2, "val_uar": None}, {"loss": 1.0, "val_loss": None, "val_uar": None}]
    chosen = {"svm + tfidf": {"svm": 0.7, "tfidf": 0.3}, "mixed?": True, "C": 3.0, "a-b. c:/d_e": "kept"}
    parent = log_evaluation(
        experiment="demo",
        name="both",
        description="",
        params={},
        metrics={"uar": 0.5},
        tags={"ser.kind": "evaluation", "ser.configuration": "demo"},
        folds=[{"fold": "speaker a", "seed": 0, "uar": 0.5, "chosen": chosen, "epochs": epochs}],
        figure=None,
        tables={},
        data=(),
        files=[],
    )
    experiment = mlflow.get_run(parent).info.experiment_id
    (child,) = mlflow.search_runs(
        [experiment], filter_string=f"tags.`mlflow.parentRunId` = '{parent}'", output_format="list"
    )
    assert child.info.run_name == "speaker a"
    assert child.data.params == {
        "chosen.svm and tfidf": "{'svm': 0.7, 'tfidf': 0.3}",
        "chosen.mixed_": "True",
        "chosen.C": "3.0",
        "chosen.a-b. c:/d_e": "kept",
    }
    assert child.data.metrics == {"uar": 0.5, "epoch/loss": 1.0, "epoch/val_loss": 1.2}, "what is not measured is none"
    curve = mlflow.MlflowClient().get_metric_history(child.info.run_id, "epoch/loss")
    assert [(point.step, point.value) for point in curve] == [(1, 1.5), (2, 1.0)]
