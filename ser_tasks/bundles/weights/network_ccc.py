"""A network on frames trained on the CCC on disk: the network; and in one file mean and spread of it, and matching."""

from pathlib import Path
from typing import Any, TypeVar

from ser_tasks.bundles.card import BaseCard
from ser_tasks.bundles.weights.matching import FILE as MATCHING
from ser_tasks.bundles.weights.matching import read_arrays, write_arrays
from ser_tasks.bundles.weights.network import read_network, write_network
from ser_tasks.models import MODELS
from ser_tasks.models.declared_model import settings_class
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.network_ccc import NetworkRegressor
from ser_tasks.models.network import NetworkSection

Own = TypeVar("Own", bound=NetworkRegressor)


def save_network_ccc(regressor: NetworkRegressor, folder: Path) -> None:
    """Write model.keras, model.onnx where it can be, and matching.npz."""
    (network,) = regressor.models  # a bundle's is trained again on all speakers
    write_network(network, folder)
    write_arrays(folder / MATCHING, regressor.chosen, middle=regressor.middle, spread=regressor.spread)


def load_network_ccc(card: BaseCard, folder: Path) -> NetworkRegressor:
    """The regressor as it was saved, on ONNX Runtime, or on Keras where that or its file is missing.

    Raises:
        BundleError: not such files, or a .keras file that wants to run code
    """
    regressor = read_regressor(NetworkRegressor, NetworkSection, card, folder)
    regressor.frontends = [regressor.reading_frames(n_outputs=len(regressor.middle))]
    return regressor


def read_regressor(kind: type[Own], section_of: type[Any], card: BaseCard, folder: Path) -> Own:
    """The network with its matching; how it reads an utterance is set by whoever asks.

    Raises:
        BundleError: not such files, or a .keras file that wants to run code
    """
    name = DIMENSION_MODELS[card.model].network_name
    section = section_of(settings_class(MODELS[name]).model_validate(card.settings))
    regressor = kind(name, section, seed=card.seed)
    regressor.chosen, scales = read_arrays(folder / MATCHING, "middle", "spread")
    regressor.middle, regressor.spread = scales["middle"], scales["spread"]
    regressor.models = [read_network(card, folder)]
    return regressor
