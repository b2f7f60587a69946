"""Versions of the libraries that a model of dimensions depends on."""

from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.model_versions import LIBRARIES
from ser_tasks.provenance.versions import installed_version, library_versions


def libraries_of_ratings(model: str) -> tuple[str, ...]:
    """Distributions that a model of this table loads besides those of every model."""
    return tuple(name for module in DIMENSION_MODELS[model].code for name in LIBRARIES.get(module, ()))


def regressor_versions(model: str) -> dict[str, str]:
    """Those of the numeric libraries, and of what this model loads besides; "none": it is not installed."""
    return library_versions() | {name: installed_version(name) or "none" for name in libraries_of_ratings(model)}
