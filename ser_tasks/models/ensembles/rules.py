"""The table of ensemble rules."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from ser_tasks.models.ensembles.ensemble import Ensemble
from ser_tasks.models.ensembles.fixed_rules import average, maximum_confidence
from ser_tasks.models.ensembles.stacking import stacking
from ser_tasks.models.ensembles.weighted import weighted_average

RULES: Mapping[str, Callable[[Mapping[str, pd.DataFrame]], Ensemble]] = {
    "average": partial(average, mean="arithmetic"),
    "geometric_average": partial(average, mean="geometric"),
    "maximum_confidence": maximum_confidence,
    "weighted_average": weighted_average,  # weights from the other folds
    "stacking": partial(stacking, c=0.1, balanced=True),  # fitted on the other folds
}
