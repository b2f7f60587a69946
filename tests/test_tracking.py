"""The database of MLflow is made whole or not at all."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from ser_tasks.errors import UserError
from ser_tasks.tracking import _one_at_a_time


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
