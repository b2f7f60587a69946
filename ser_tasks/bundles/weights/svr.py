"""Fitted support vector regression on disk: a skops file of its kernels, and beside it what was chosen."""

from pathlib import Path

from ser_tasks.bundles.card import BaseCard
from ser_tasks.bundles.weights.matching import FILE as MATCHING
from ser_tasks.bundles.weights.matching import read_arrays, write_arrays
from ser_tasks.bundles.weights.skops_file import read_skops, write_skops
from ser_tasks.models.dimensions.svr import SupportVectorRegressor
from ser_tasks.params import SvrParams

FILE = "model.skops"
TRUSTED = (  # beside plain values and arrays
    "sklearn.multioutput.MultiOutputRegressor",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing._data.StandardScaler",
    "sklearn.svm._classes.SVR",
)


def save_svr(regressor: SupportVectorRegressor, folder: Path) -> None:
    """Write the kernel of each dimension, and the matching; the same ones give the same bytes."""
    write_skops(regressor.kernels, folder / FILE)
    write_arrays(folder / MATCHING, regressor.chosen)


def load_svr(card: BaseCard, folder: Path) -> SupportVectorRegressor:
    """The regressor as it was saved.

    Raises:
        BundleError: the file names a type that is not trusted, or is not such a file
    """
    regressor = SupportVectorRegressor(SvrParams.model_validate(card.settings), seed=card.seed)
    regressor.kernels = read_skops(folder / FILE, TRUSTED)
    regressor.chosen, _ = read_arrays(folder / MATCHING)
    return regressor
