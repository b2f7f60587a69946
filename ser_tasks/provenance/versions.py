"""Versions of the libraries that a number depends on."""

from importlib.metadata import version

NUMERIC = ("numpy", "scipy", "scikit-learn", "librosa", "soxr", "keras", "tensorflow")


def library_versions(names: tuple[str, ...] = NUMERIC) -> dict[str, str]:
    """Version of each installed library, by its distribution name; not of Python, which does none of the arithmetic."""
    return {name: version(name) for name in names}
