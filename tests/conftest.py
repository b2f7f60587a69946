"""One small bundle for all tests that need one, and the order of tests for workers side by side."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory) -> Path:
    """An SVM on three kinds of sound; not to be changed."""
    from tests.bundles.small_bundles import small_bundle  # noqa: PLC0415  some tests run where its libraries are not

    return small_bundle(tmp_path_factory.mktemp("bundles") / "small")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--dist loadgroup`, slow tests come first, one by one, so that no worker ends long after the others.

    The other tests of a file stay together: what they share is made once for each worker that runs any of them.
    """
    if not config.getoption("loadgroup", default=False):
        return
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        if not (item.get_closest_marker("slow") or item.get_closest_marker("xdist_group")):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
