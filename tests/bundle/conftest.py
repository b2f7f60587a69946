"""One small bundle for all tests, and copies of it for those that break it."""

import shutil
from pathlib import Path

import pytest

from tests.bundle.small_bundles import small_bundle


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory) -> Path:
    """A small SVM bundle; not to be changed."""
    return small_bundle(tmp_path_factory.mktemp("bundles") / "small")


@pytest.fixture
def own_bundle(bundle_folder: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may break."""
    return Path(shutil.copytree(bundle_folder, tmp_path / "small"))
