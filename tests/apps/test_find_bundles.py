"""Which bundles `ser app` shows."""

from pathlib import Path

import pytest

from pipelines.bundles import find_bundles
from ser_tasks.errors import UserError


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Two bundles below data/bundles, and one elsewhere with the name of the first."""
    for folder in ("data/bundles/one", "data/bundles/two", "elsewhere/one"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "bundle.json").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("project")
def test_all_there_are_unless_some_are_named_by_name_or_by_folder():
    assert list(find_bundles([])) == ["one", "two"]
    assert find_bundles(["two"]) == {"two": Path("data/bundles/two")}
    assert find_bundles(["two", "elsewhere/one"])["one"] == Path("elsewhere/one")


@pytest.mark.usefixtures("project")
def test_two_of_one_name_and_one_that_is_not_there_are_refused():
    with pytest.raises(UserError, match=r"the same name twice\. Name each once"):
        find_bundles(["one", "elsewhere/one"])
    with pytest.raises(UserError, match="three"):
        find_bundles(["three"])


def test_without_any_it_is_said_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="dvc repro bundle@NAME"):
        find_bundles([])
