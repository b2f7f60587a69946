"""Bundles for tests that break them."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def own_bundle(bundle_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small bundle."""
    return Path(shutil.copytree(bundle_folder, tmp_path / "small"))
