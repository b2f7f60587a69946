"""A trained network on disk: as model.keras, and, where the two agree, as model.onnx, which predicts without Keras."""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, cast

from ser_tasks.bundles.card import REBUILD, BaseCard, BundleError, Card
from ser_tasks.bundles.onnx_network.runtime import FILE as ONNX_FILE
from ser_tasks.bundles.onnx_network.runtime import KERAS_FILE as FILE
from ser_tasks.bundles.onnx_network.runtime import OnnxNetwork, on_onnx_runtime
from ser_tasks.features.audio_text import reads_words
from ser_tasks.keras_backend import load_keras
from ser_tasks.models import MODELS, multimodal, networks, text
from ser_tasks.models.declared_model import settings_class
from ser_tasks.models.network import NetworkRecogniser, NetworkSection
from ser_tasks.models.text.network import TextNetworkSection


def save_network(recogniser: NetworkRecogniser, folder: Path) -> None:
    """Write the network of a recogniser, see `write_network`."""
    write_network(recogniser.model, folder)


def write_network(network: Any, folder: Path) -> None:
    """Write the layers and the weights; not the state of the optimiser, which Keras would write too: twice as much.

    Warns of a network that gets no model.onnx, with the reason: predicting with it loads Keras.
    """
    _save_onnx(save_keras(network, folder), folder)


def save_keras(network: Any, folder: Path) -> Any:
    """Write the .keras file alone; the network that stands in it."""
    import keras  # noqa: PLC0415

    bare = keras.models.clone_model(network)
    bare.set_weights(network.get_weights())
    bare.save(folder / FILE)
    return bare


def _save_onnx(network: Any, folder: Path) -> None:
    from ser_tasks.bundles.onnx_network.agreement import check_agreement  # noqa: PLC0415
    from ser_tasks.bundles.onnx_network.conversion import NotConvertedError, onnx_bytes  # noqa: PLC0415

    file = folder / ONNX_FILE
    try:
        file.write_bytes(onnx_bytes(network))
        check_agreement(network, file)
    except NotConvertedError as error:
        file.unlink(missing_ok=True)
        warnings.warn(
            f"{network.name}: bundled as {FILE} alone, without {ONNX_FILE}: {error}. Prediction loads Keras "
            "instead, and starts several times slower.",
            stacklevel=2,
        )


def load_network(card: Card, folder: Path) -> NetworkRecogniser:
    """The recogniser as it was saved, on ONNX Runtime; where that or model.onnx is missing, on Keras and its backend.

    Raises:
        BundleError: not a file of a network, or a .keras file that wants to run code
    """
    line = MODELS[card.model]
    section_of: type[Any] = TextNetworkSection if reads_words(line.feature_set) else NetworkSection
    section = section_of(settings_class(line).model_validate(card.settings))
    recogniser = cast("NetworkRecogniser", line.build(section, classes=card.classes, seed=card.seed))
    recogniser.model = read_network(card, folder)
    recogniser.temperature = card.temperature
    return recogniser


def read_network(card: BaseCard, folder: Path) -> Any:
    """What `write_network` wrote, on ONNX Runtime where all networks of the card can be, else on Keras.

    Raises:
        BundleError: not a file of a network, or a .keras file that wants to run code
    """
    return _onnx_network(folder / ONNX_FILE) if on_onnx_runtime(card) else read_keras(folder / FILE)


def _onnx_network(file: Path) -> OnnxNetwork:
    try:
        return OnnxNetwork(file)
    except Exception as error:  # ONNX Runtime raises exceptions of its own, with no common class
        raise BundleError(f"{file}: not readable as a network ({error!r}). {REBUILD}") from error


def read_keras(file: Path) -> Any:
    """The keras.Model of a .keras file; loads Keras.

    Raises:
        BundleError: no file of a network, or one that wants to run code
    """
    load_keras()
    import keras  # noqa: PLC0415

    _register_layers()
    try:
        return keras.models.load_model(file, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its parts raise
        raise BundleError(f"{file}: not readable as a network ({error!r}). {REBUILD}") from error


def _register_layers() -> None:
    """Import every file that may hold one: Keras then knows the layers that a .keras file names."""
    for package in (networks, text, multimodal):
        for file in iter_modules(package.__path__):
            import_module(f"{package.__name__}.{file.name}")
