"""A trained network on disk: a .keras file, which holds its layers as names and its weights as arrays."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, cast

from ser_tasks.bundles.card import REBUILD, BundleError, Card
from ser_tasks.features.audio_text import reads_words
from ser_tasks.keras_backend import load_keras
from ser_tasks.models import MODELS, networks
from ser_tasks.models.declared_model import settings_class
from ser_tasks.models.network import NetworkRecogniser, NetworkSection
from ser_tasks.models.text.network import TextNetworkSection

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

    line = MODELS[card.model]
    section_of: type[Any] = TextNetworkSection if reads_words(line.feature_set) else NetworkSection
    section = section_of(settings_class(line).model_validate(card.settings))
    built: Recogniser = line.build(section, classes=card.classes, seed=card.seed)
    _register_layers()
    recogniser = cast("NetworkRecogniser", built)
    try:
        recogniser.model = keras.models.load_model(folder / FILE, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its parts raise
        raise BundleError(f"{folder / FILE}: not readable as a network ({error!r}). {REBUILD}") from error
    recogniser.temperature = card.temperature
    return recogniser


def _register_layers() -> None:
    """Import every file of `networks/`: Keras then knows the layers that a .keras file names."""
    for file in iter_modules(networks.__path__):
        import_module(f"{networks.__name__}.{file.name}")
