"""The small SVM bundle of tests/bundle."""

from tests.bundle.conftest import bundle_folder

__all__ = ["bundle_folder"]
