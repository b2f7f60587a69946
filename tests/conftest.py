"""One small bundle for all tests that need one."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory) -> Path:
    """An SVM on three kinds of sound; not to be changed."""
    from tests.bundles.small_bundles import small_bundle  # noqa: PLC0415  some tests run where its libraries are not

    return small_bundle(tmp_path_factory.mktemp("bundles") / "small")
