"""The spread of a figure over folds, in words; apart from the parts of HTML, because the terminal shows it too."""

from collections.abc import Mapping
from typing import Any

from ser_tasks.evaluation.result import percent

NONE = "–"


def over_folds(result: Mapping[str, Any]) -> str:
    """80.1 ± 6.0; of a single fold there is no spread."""
    if len(result["folds"]) == 1:
        return NONE
    return f"{percent(result['uar_fold_mean'])} ± {percent(result['uar_fold_sd'])}"
