"""Fitted planes of valence, activation and dominance on disk: arrays and nothing else."""

from dataclasses import fields
from pathlib import Path

from ser_tasks.bundles.card import BaseCard
from ser_tasks.bundles.weights.matching import read_arrays, write_arrays
from ser_tasks.models.dimensions.ridge import Planes, RidgeRegressor
from ser_tasks.params import RidgeParams

FILE = "model.npz"


def save_ridge(regressor: RidgeRegressor, folder: Path) -> None:
    """Write planes, penalties and matching; the same ones give the same bytes."""
    write_arrays(folder / FILE, regressor.chosen, **vars(regressor.planes))


def load_ridge(card: BaseCard, folder: Path) -> RidgeRegressor:
    """The regressor as it was saved.

    Raises:
        BundleError: not a file of such arrays
    """
    regressor = RidgeRegressor(RidgeParams.model_validate(card.settings), seed=card.seed)
    regressor.chosen, arrays = read_arrays(folder / FILE, *(field.name for field in fields(Planes)))
    regressor.planes = Planes(**arrays)
    return regressor
