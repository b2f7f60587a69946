"""Which bundles `ser app` shows."""

from pathlib import Path

import pytest

from pipelines.commands.bundles import find_bundle, find_bundles, of_those_usable
from ser_tasks.bundles.card import BundleError, read_card, write_card
from ser_tasks.errors import UserError
from tests.bundles.dimensions.small_dimension_bundles import dimension_card, dimension_params
from tests.bundles.small_bundles import small_bundle


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Two bundles below data/bundles, and one in another folder with the name of the first."""
    for folder in ("data/bundles/one", "data/bundles/two", "other/one"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "bundle.json").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("project")
def test_all_there_are_unless_some_are_named_by_name_or_by_folder():
    assert list(find_bundles([])) == ["one", "two"]
    assert find_bundles(["two"]) == {"two": Path("data/bundles/two")}
    assert find_bundles(["two", "other/one"])["one"] == Path("other/one")


@pytest.mark.usefixtures("project")
def test_two_of_one_name_and_one_that_is_not_there_are_rejected():
    with pytest.raises(UserError, match=r"the same name twice\. Name each once"):
        find_bundles(["one", "other/one"])
    with pytest.raises(UserError, match="three"):
        find_bundles(["three"])


def test_of_all_bundles_those_that_cannot_be_used_are_said_and_left_out_and_a_named_one_is_an_error(capsys):
    def load(folder: Path) -> int:
        if folder.name == "broken":
            raise BundleError("broken/x: damaged. Make it again.")
        return len(folder.name)

    folders = {"whole": Path("a/whole"), "broken": Path("a/broken")}
    assert of_those_usable(folders, load, named=False) == {"whole": 5}
    assert "broken is left out: broken/x: damaged. Make it again." in " ".join(capsys.readouterr().out.split())
    for some, named in ((folders, True), ({"broken": Path("a/broken")}, False)):
        with pytest.raises(UserError, match="Make it again"):
            of_those_usable(some, load, named=named)


def test_without_any_the_error_names_the_command_that_makes_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="ser bundle CORPUS MODEL"):
        find_bundles([])


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    """Of a bundle of synthetic voices."""
    return read_card(small_bundle(tmp_path_factory.mktemp("card") / "small"))


def put(card, folder, kind):
    Path(folder).mkdir(parents=True)
    write_card(card.model_copy(update={"training": card.training.model_copy(update={"kind": kind})}), Path(folder))


def test_without_a_name_ones_own_of_people_come_before_the_projects_and_those_before_synthetic_ones(
    card, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    put(card, "data/bundles/demo", "synthetic")
    assert find_bundle(None) == Path("data/bundles/demo")
    put(card, "models/shipped", "acted")
    assert find_bundle(None) == Path("models/shipped")
    put(card, "data/bundles/mine", "natural")
    assert find_bundle(None) == Path("data/bundles/mine")
    put(card, "data/bundles/other", "natural")
    with pytest.raises(UserError, match=r"several bundles, and none is named\. Here: demo, mine, other, shipped"):
        find_bundle(None)
    assert find_bundle("shipped") == Path("models/shipped")
    assert list(find_bundles([])) == ["demo", "mine", "other", "shipped"]


def test_a_bundle_of_dimensions_is_taken_by_its_name_and_where_all_are_shown(card, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = dimension_card("ridge", dimension_params(), half_widths=[1.0, 1.0, 1.0])
    rated = Path("data/bundles/rated")
    rated.mkdir(parents=True)
    write_card(own, rated)
    with pytest.raises(UserError, match=r"there is no bundle of classes\. Here: rated\. Name one"):
        find_bundle(None)
    put(card, "data/bundles/mine", "natural")
    assert find_bundle(None) == Path("data/bundles/mine")
    assert list(find_bundles([])) == ["mine", "rated"]
    assert find_bundle("rated") == rated
