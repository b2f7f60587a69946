"""The result of every ensemble rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Ensemble:
    """Answers of several models made one."""

    predictions: pd.DataFrame  # utterance_id, fold, seed, truth, one posterior per class: as of any model
    answered: Mapping[str, int]  # which members -> utterances: where one is absent, the others decide
    chosen: Mapping[str, Mapping[str, Any]]  # fold -> what was chosen for it, on other folds; empty: nothing to choose
