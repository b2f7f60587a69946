"""Temperatures of an ensemble, one for each set of members that answers together, fitted on unseen speakers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.calibration import fit_temperature, posteriors
from ser_tasks.models.ensembles.members import Members, floored_logs

if TYPE_CHECKING:
    import pandas as pd

    from ser_tasks.models.ensembles.ensemble import Combiner, Pattern


def calibrated_predictions(predictions: pd.DataFrame, classes: Sequence[str]) -> tuple[float, pd.DataFrame]:
    """The temperature of all members together; and their predictions, calibrated by it.

    Args:
        predictions: of the ensemble for unseen speakers: truth, and one posterior per class
        classes: sorted
    """
    names = list(classes)
    logs = floored_logs(predictions[names].to_numpy(np.float64))
    temperature = fit_temperature(logs, np.searchsorted(names, predictions.truth.to_numpy(str)))
    columns = dict(zip(names, posteriors(logs, temperature).T, strict=True))
    return temperature, predictions.assign(**columns)


def temperatures_of_sets(members: Members, combiner: Combiner, sets: NDArray[np.bool_]) -> dict[Pattern, float]:
    """Temperature of each set that is not all members, on the utterances that all of the set predicted.

    Args:
        members: predictions for unseen speakers
        combiner: the rule, fitted
        sets: who answers together, shape (n_members, n_sets)
    """
    found = {}
    for present in sets.T[~sets.all(axis=0)]:
        rows = members.present[present].all(axis=0)
        given = np.where(present[:, None, None], members.posteriors[:, rows], 0.0)
        combined = combiner.combine(given, np.repeat(present[:, None], rows.sum(), axis=1))
        found[tuple(present.tolist())] = fit_temperature(floored_logs(combined), members.truth[rows])
    return found
