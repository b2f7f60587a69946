"""The libraries that a bundle was made with, held against those that are here."""

import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ser_tasks.bundles.bundled import kind_of_weights
from ser_tasks.bundles.card import BundleError, Card
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.models import MODELS
from ser_tasks.provenance.versions import NUMERIC, library_versions

READERS = {"svm": ("scikit-learn", "skops"), "network": ("keras",), "logistic": ()}  # libraries that read weights


def bundle_versions(model: str) -> dict[str, str]:
    """Of the numeric libraries, and of those that read the weights of this model."""
    from ser_tasks.features.store import NUMERIC_LIBRARIES  # noqa: PLC0415  whoever only answers needs no Parquet

    read = MODELS[model].feature_set
    hearing = ENCODERS[read].family.libraries if read in ENCODERS else ()
    libraries = (*NUMERIC, *NUMERIC_LIBRARIES, *READERS[kind_of_weights(model)], *hearing)
    return library_versions(libraries)


def check_versions(card: Card, folder: Path) -> None:
    """Warn of versions that may answer otherwise.

    Refused is another major version of a library that reads the weights. Another major version of any other library,
    or another minor version of one that reads the weights, is warned of.

    Raises:
        BundleError: the weights cannot be relied on here
    """
    readers = READERS[kind_of_weights(card.model)]
    doubtful = []
    for name, made_with in card.versions.items():
        here = _here(name)
        if name in readers and _parts(here, 1) != _parts(made_with, 1):
            raise BundleError(
                f"{folder}: made with {name} {made_with}, but {here} is installed, which may read its weights "
                f"otherwise. Install {name}=={made_with}, or make the bundle again: dvc repro bundle@{card.name}"
            )
        if _parts(here, 2 if name in readers else 1) != _parts(made_with, 2 if name in readers else 1):
            doubtful.append(f"{name} {made_with} (here {here})")
    if doubtful:
        warnings.warn(
            f"{folder}: made with {', '.join(doubtful)}. Answers may differ a little. Install those versions, or make "
            f"the bundle again: dvc repro bundle@{card.name}",
            stacklevel=3,
        )


def _here(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _parts(number: str, count: int) -> list[str]:
    return number.split(".")[:count]
