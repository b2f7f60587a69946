"""Settings that come from elsewhere than params.yaml."""

from pathlib import Path

import pytest

from pipelines.settings import project_params
from ser_tasks.params.reading import ParamsError, read_params

PROJECT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def project(monkeypatch):
    monkeypatch.chdir(PROJECT)
    monkeypatch.delenv("SER_WORKERS", raising=False)


def test_workers_that_the_environment_names_go_before_those_of_the_file(monkeypatch):
    written = read_params()
    assert project_params() == written
    monkeypatch.setenv("SER_WORKERS", "tcp://10.0.0.1:8786")
    assert project_params().workers.where == "tcp://10.0.0.1:8786"
    assert project_params().model_copy(update={"workers": written.workers}) == written, "and nothing else"


@pytest.mark.parametrize("named", ["", "10.0.0.1:8786", "process"])
def test_a_name_that_is_no_place_is_refused_with_those_that_are(named, monkeypatch):
    monkeypatch.setenv("SER_WORKERS", named)
    with pytest.raises(ParamsError, match=rf"SER_WORKERS.*threads, processes, .*tcp://host:8786, got '{named}'"):
        project_params()
