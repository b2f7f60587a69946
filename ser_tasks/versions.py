"""Versions of the libraries that a number depends on."""

import platform
from importlib.metadata import version

NUMERIC = ("numpy", "scipy", "scikit-learn", "librosa", "soxr", "keras", "tensorflow")


def library_versions(names: tuple[str, ...] = NUMERIC) -> dict[str, str]:
    """Version of Python and of each installed library, by its distribution name."""
    return {"python": platform.python_version()} | {name: version(name) for name in names}
