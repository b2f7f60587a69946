"""The model of dimensions that is kept: trained on all rated utterances, by the code of every fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from ser_tasks.bundles.final_model import refitted
from ser_tasks.keras_backend import load_keras

if TYPE_CHECKING:
    from pathlib import Path

    from ser_tasks.models.dimensions.regressor import DimensionModel, RatedExamples, Regressor
    from ser_tasks.params import Params


def final_regressor(
    line: DimensionModel, params: Params, rated: RatedExamples, *, seed: int, folder: Path | None = None
) -> Regressor:
    """The model of a line of the table, fitted on all rated utterances.

    Args:
        line: that line alone: what is kept does not change with the other models
        params: of the whole project; the model reads its own section
        rated: all rated utterances of the corpus
        seed: of whatever the model draws at random
        folder: where a network on frames or words keeps its state, to go on from after a kill; None: nowhere
    """
    if line.keras:
        load_keras()
    with threadpool_limits(1):  # the same sums on any number of cores, as in the folds
        regressor, _ = line.fitted(refitted(line.section(params)), rated, seed=seed, folder=folder)
    return regressor
