"""`ser repro` in a fresh clone runs DVC at once; where something is made, it asks first whether anything is stale."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from pipelines import paths
from pipelines.orchestration import repro
from ser_tasks.params.reading import read_params

PROJECT = Path(__file__).parents[2]
PARAMS = read_params(PROJECT / "params.yaml")


@pytest.fixture
def asked(tmp_path, monkeypatch) -> list[str]:
    """What DVC is asked, in an empty folder in which it does nothing."""
    found: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(repro, "project_params", lambda: PARAMS)
    monkeypatch.setattr(repro, "prepare", lambda corpora: None)
    monkeypatch.setattr(repro, "server_named", lambda: False)
    monkeypatch.setattr(repro, "warm_process", lambda: nullcontext({}))
    monkeypatch.setattr(repro, "_up_to_date", lambda: found.append("status") or True)
    monkeypatch.setattr(repro, "_dvc_repro", lambda *_: found.append("repro") or 0)
    return found


def test_where_nothing_is_made_the_run_begins_at_once(asked):
    assert repro.repro([]) == 0
    assert asked == ["repro"]


def test_where_predictions_are_here_a_run_of_nothing_is_not_begun(asked, capsys):
    file = paths.predictions("demo", "speaker_independent", "tfidf")
    file.parent.mkdir(parents=True)
    file.touch()
    assert repro.repro([]) == 0
    assert asked == ["status"]
    assert "Everything is up to date" in capsys.readouterr().out


def test_without_any_evaluation_dvc_says_what_is_stale(asked):
    nothing = PARAMS.model_copy(update={"evaluations": (), "ensembles": {}, "bundles": {}})
    assert not repro._nothing_made(nothing)
