"""`ser repro` in a fresh clone runs DVC at once; where something is made, it asks first whether anything is stale."""

import json
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


ROW = Path("results/demo/speaker_independent/mlp.json")


@pytest.fixture
def shown(tmp_path, monkeypatch, capsys):
    """What is shown after a run that writes these things into a result of the project; one run that wrote nothing."""

    def shown(*, failed: bool = False, before: bytes | None = None, there: bool = True, **changes) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "200")
        result = json.loads((PROJECT / ROW).read_text())
        was = {ROW: before or json.dumps(result).encode()} if there else {}
        ROW.parent.mkdir(parents=True, exist_ok=True)
        ROW.write_text(json.dumps(result | changes))
        repro.show_changed(was, failed=failed)
        return capsys.readouterr().out

    return shown


def test_a_result_with_another_figure_is_shown(shown):
    text = shown(uar=0.1234)
    assert "Results that changed" in text
    assert "12.3" in text
    assert "that they had" not in text


def test_a_result_that_was_not_there_is_shown(shown):
    assert "Results that changed" in shown(there=False)


def test_a_result_in_which_a_merge_left_its_marks_has_changed(shown):
    assert "Results that changed" in shown(before=b"<<<<<<< HEAD")


@pytest.mark.parametrize("source", ["provenance", "versions"])
def test_the_same_figures_from_another_processor_or_version_have_not_changed(shown, source):
    text = shown(**{source: {}})
    assert "1 results have the figures that they had" in text
    assert "Results that changed" not in text
    assert "No result changed" not in text


def test_where_nothing_is_written_no_result_changed_unless_the_run_failed(shown):
    assert "No result changed" in shown()
    assert "No result changed" not in shown(failed=True)
