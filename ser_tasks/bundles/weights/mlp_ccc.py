"""Networks trained on the CCC on disk: each in a folder of its own, and in one file what they have in common."""

from pathlib import Path
from typing import Any

import numpy as np

from ser_tasks.bundles.card import BaseCard
from ser_tasks.bundles.weights.matching import FILE as MATCHING
from ser_tasks.bundles.weights.matching import read_arrays, write_arrays
from ser_tasks.bundles.weights.network import read_network, write_network
from ser_tasks.models.dimensions.held_out import Values
from ser_tasks.models.dimensions.mlp_ccc import ConcordanceNetwork, Inputs, MeanOfNetworks
from ser_tasks.params import MlpCccParams

SCALES = ("middle", "spread", "mean", "steps")  # attributes of MeanOfNetworks


def save_mlp_ccc(regressor: ConcordanceNetwork, folder: Path) -> None:
    """Write network_0, network_1 ..., and in one file matching, mean and spread of features and ratings."""
    scales = {name: np.asarray(getattr(regressor.mean, name)) for name in SCALES}
    write_arrays(folder / MATCHING, regressor.chosen, **scales)
    for number, trained in enumerate(regressor.mean.trained):
        own = _folder(folder, number)
        own.mkdir()
        write_network(regressor.network_of(trained), own)


def load_mlp_ccc(card: BaseCard, folder: Path) -> ConcordanceNetwork:
    """The regressor as it was saved, on ONNX Runtime, or on Keras where that or its files are missing.

    Raises:
        BundleError: not such files, or a .keras file that wants to run code
    """
    regressor = ConcordanceNetwork(MlpCccParams.model_validate(card.settings), seed=card.seed)
    regressor.chosen, scales = read_arrays(folder / MATCHING, *SCALES)
    networks = [read_network(card, _folder(folder, number)) for number in range(regressor.params.networks)]
    regressor.mean = MeanOfNetworks(**scales, trained=networks, ask=_asked)
    return regressor


def _folder(bundle: Path, number: int) -> Path:
    return bundle / f"network_{number}"


def _asked(network: Any, inputs: Inputs) -> Values:
    return np.asarray(network.predict_on_batch(inputs), np.float64)
