"""A trained network on disk: a .keras file, which holds its layers as names and its weights as arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from ser_tasks.bundles.card import REBUILD, BundleError, Card
from ser_tasks.keras_backend import load_keras
from ser_tasks.models import MODELS
from ser_tasks.models.network import NetworkRecogniser, NetworkSection
from ser_tasks.params import NetworkParams, NetworksParams

if TYPE_CHECKING:
    from ser_tasks.models.recogniser import Recogniser

FILE = "model.keras"


def save_network(recogniser: NetworkRecogniser, folder: Path) -> None:
    """Write the layers and the weights; not the state of the optimiser, which Keras would write too: twice as much."""
    import keras  # noqa: PLC0415

    bare = keras.models.clone_model(recogniser.model)
    bare.set_weights(recogniser.model.get_weights())
    bare.save(folder / FILE)


def load_network(card: Card, folder: Path) -> NetworkRecogniser:
    """The recogniser as it was saved; loads Keras and its backend.

    Raises:
        BundleError: not a .keras file, or one that wants to run code
    """
    load_keras()
    import keras  # noqa: PLC0415

    section = NetworkSection(_section_of(card.model).model_validate(card.settings))
    built: Recogniser = MODELS[card.model].build(section, classes=card.classes, seed=card.seed)  # registers its layers
    recogniser = cast("NetworkRecogniser", built)
    try:
        recogniser.model = keras.models.load_model(folder / FILE, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its parts raise
        raise BundleError(f"{folder / FILE}: not readable as a network ({error!r}). {REBUILD}") from error
    recogniser.temperature = card.temperature
    return recogniser


def _section_of(model: str) -> type[NetworkParams]:
    """The section of params.yaml that holds the sizes of a network."""
    return cast("type[NetworkParams]", NetworksParams.model_fields[model].annotation)
