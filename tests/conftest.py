"""One small bundle for all tests that need one, the order of tests for workers, and what runs without networks."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

LOADED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory) -> Path:
    """An SVM on three kinds of sound; not to be changed."""
    from tests.bundles.small_bundles import small_bundle  # noqa: PLC0415  some tests run where its libraries are not

    return small_bundle(tmp_path_factory.mktemp("bundles") / "small")


def without_networks(config: pytest.Config) -> bool:
    """Whether this run leaves out the tests that are marked `network`."""
    return "not network" in config.getoption("markexpr")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file of such tests alone is not even imported: loading TensorFlow takes longer than most tests."""
    if without_networks(config) and collection_path.name.startswith("test_"):
        return True if "\npytestmark = pytest.mark.network\n" in collection_path.read_text(encoding="utf-8") else None
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """A test that loads Keras says so by its mark, or the first one fails where those tests are left out."""
    yield
    if without_networks(item.config) and "keras" in sys.modules and not item.config.stash.get(LOADED, False):
        item.config.stash[LOADED] = True
        pytest.fail("this test loads Keras: mark it with pytest.mark.network")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On workers side by side, files with slow tests come first, so that no worker ends long after the others."""
    if hasattr(config, "workerinput"):  # pytest-xdist
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)
