"""The Keras network of a bundle, for what needs its gradients or its layers, whatever predicts."""

from __future__ import annotations

import json
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ser_tasks.bundles.onnx_network.runtime import KERAS_FILE as FILE
from ser_tasks.bundles.onnx_network.runtime import OnnxNetwork
from ser_tasks.bundles.weights.network import read_keras
from ser_tasks.models.network import NetworkRecogniser

if TYPE_CHECKING:
    from ser_tasks.bundles.model_bundle import ModelBundle


def keras_network(bundle: ModelBundle) -> Any:
    """The keras.Model of a bundle of a network, for gradients and for conversion, whatever predicts; loads Keras.

    Raises:
        BundleError: see `load_network`
    """
    model = cast("NetworkRecogniser", bundle.recogniser).model
    return _loaded(bundle.folder / FILE) if isinstance(model, OnnxNetwork) else model


@lru_cache(maxsize=1)
def _loaded(file: Path) -> Any:
    return read_keras(file)


def layer_names(bundle: ModelBundle) -> list[str]:
    """Names of the layers of a bundle's network; Keras is not loaded for it."""
    model = cast("NetworkRecogniser", bundle.recogniser).model
    if not isinstance(model, OnnxNetwork):
        return [layer.name for layer in model.layers]
    with zipfile.ZipFile(bundle.folder / FILE) as archive:
        return [layer["name"] for layer in json.loads(archive.read("config.json"))["config"]["layers"]]
