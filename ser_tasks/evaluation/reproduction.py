"""Differences of two results of the same evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ser_tasks.params import VerifyParams
from ser_tasks.provenance.content_digest import flat

KEYS = ["utterance_id", "fold", "seed"]
FIGURES = (
    "uar",
    "uar_low",
    "uar_high",
    "accuracy",
    "macro_f1",
    "weighted_f1",
    "uar_fold_mean",
    "uar_fold_sd",
    "recall",
    *("ccc", "ccc_low", "ccc_high", "ccc_fold_mean", "ccc_fold_sd", "dimensions"),
)
OF_FOLDS = ("uar", "accuracy", "macro_f1", "ccc")


@dataclass
class Differences:
    """Largest difference of each kind; what is beyond its tolerance, or cannot be compared at all, in words."""

    largest: dict[str, float] = field(default_factory=dict)  # figures, folds, posteriors
    beyond: list[str] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """No difference at all, to the last digit that is recorded."""
        return not self.beyond and not any(self.largest.values())

    def add(self, kind: str, name: str, was: float, now: float, *, tolerance: float) -> None:
        """Two values of one thing."""
        difference = abs(was - now)
        self.largest[kind] = max(self.largest.get(kind, 0.0), difference)
        if not difference <= tolerance + 1e-12:  # NaN is beyond every tolerance
            self.beyond.append(f"{name}: {was:g} recorded, {now:g} computed")


def compare_results(was: Mapping[str, Any], now: Mapping[str, Any], tolerances: VerifyParams) -> Differences:
    """Figures of all folds together, and of each.

    Args:
        was, now: as in results/: some of FIGURES, and `folds`
        tolerances: of both kinds
    """
    found = Differences()
    mine, other = ({name: result[name] for name in FIGURES if name in result} for result in (was, now))
    recorded, computed = flat(mine), flat(other)
    for name in sorted(recorded.keys() | computed.keys()):
        if name in recorded and name in computed:
            found.add("figures", name, recorded[name], computed[name], tolerance=tolerances.figures)
        else:
            found.beyond.append(f"{name}: only {'recorded' if name in recorded else 'computed'}")
    folds, folds_now = ({(fold["fold"], fold["seed"]): fold for fold in result["folds"]} for result in (was, now))
    if folds.keys() != folds_now.keys():
        found.beyond.append(f"{len(folds)} folds are {len(folds_now)} now, or have other names or seeds")
    for key in folds.keys() & folds_now.keys():
        for name in [name for name in OF_FOLDS if name in folds[key]]:
            place = f"{key[0]}, seed {key[1]}, {name}"
            found.add("folds", place, folds[key][name], folds_now[key][name], tolerance=tolerances.folds)
    return found


def compare_predictions(was: pd.DataFrame, now: pd.DataFrame, tolerance: float) -> Differences:
    """Every posterior of every utterance, and the truth; or every prediction of a dimension, and the rating.

    Args:
        was, now: prediction tables
        tolerance: of each posterior
    """
    found = Differences()
    if set(was.columns) != set(now.columns) or len(was) != len(now):
        found.beyond.append(f"predictions: {was.shape} rows and columns are {now.shape} now, or have other names")
        return found
    keys = [name for name in was.columns if name in (*KEYS, "truth")]
    both = was.merge(now, on=keys, suffixes=("", " now"), validate="one_to_one")
    if len(both) != len(was):
        found.beyond.append(f"predictions: {len(was) - len(both)} of {len(was)} have another utterance, fold or truth")
    classes = [name for name in was.columns if name not in keys]
    gaps = np.abs(both[classes].to_numpy() - both[[f"{name} now" for name in classes]].to_numpy())
    found.largest["posteriors"] = float(gaps.max(initial=0.0))
    far = ~(gaps <= tolerance).all(axis=1)
    if far.any():
        first = both.utterance_id[far].iloc[0]
        found.beyond.append(
            f"predictions: {int(far.sum())} utterances differ by more than {tolerance:g}, the first is {first}"
        )
    return found
