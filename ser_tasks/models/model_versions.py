"""Versions of the libraries that a model of the table depends on."""

from collections.abc import Mapping

from ser_tasks.models import MODELS
from ser_tasks.provenance.versions import installed_version, library_versions

LIBRARIES: Mapping[str, tuple[str, ...]] = {  # beside the numeric ones, by the module that loads them
    "ser_tasks.models.text.sentence_encoder": ("sentence-transformers", "transformers", "torch"),
}


def libraries_of(model: str) -> tuple[str, ...]:
    """Distributions that a model of the table loads besides those of every model."""
    return tuple(name for module in MODELS[model].code for name in LIBRARIES.get(module, ()))


def model_versions(model: str) -> dict[str, str]:
    """Versions of the numeric libraries, and of those that this model loads besides; "none": it is not installed.

    Args:
        model: its name in the table
    """
    return library_versions() | {name: installed_version(name) or "none" for name in libraries_of(model)}
