"""One small bundle for all tests that need one, and the order of tests for workers side by side."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory) -> Path:
    """An SVM on three kinds of sound; not to be changed."""
    from tests.bundles.small_bundles import small_bundle  # noqa: PLC0415  some tests run where its libraries are not

    return small_bundle(tmp_path_factory.mktemp("bundles") / "small")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On workers side by side, files with slow tests come first, so that no worker ends long after the others."""
    if hasattr(config, "workerinput"):  # pytest-xdist
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)
