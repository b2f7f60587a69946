"""What `ser compare` reads of params.yaml: two sections, and what is wrong with them."""

from pathlib import Path

import pytest

from pipelines.report.settings import comparison_params
from ser_tasks.params.reading import ParamsError, read_params

PROJECT = Path(__file__).parents[3]
TEXT = (PROJECT / "params.yaml").read_text(encoding="utf-8")


def test_both_sections_are_as_the_whole_file_has_them(monkeypatch):
    monkeypatch.chdir(PROJECT)
    found, whole = comparison_params(), read_params()
    assert (found.evaluation, found.reliability) == (whole.evaluation, whole.reliability)


def test_a_mistake_in_one_of_them_is_reported_with_its_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(TEXT.replace("bootstrap_resamples: 10000", "bootstrap_resample: 10000"))
    line = next(number for number, own in enumerate(TEXT.splitlines(), 1) if own.startswith("evaluation:"))
    with pytest.raises(ParamsError, match=rf"params.yaml:{line}: unknown key 'evaluation.bootstrap_resample'"):
        comparison_params()


def test_no_file_at_all_is_reported_with_where_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParamsError, match="Run from the project's folder"):
        comparison_params()
