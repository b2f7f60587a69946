"""What every ensemble rule is: posteriors of several members made one, by nothing or by what was fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.ensembles.cross_fitting import cross_fitted
from ser_tasks.models.ensembles.members import Members, side_by_side

if TYPE_CHECKING:
    import pandas as pd

Pattern: TypeAlias = tuple[bool, ...]
"""Which members are present."""

Present = NDArray[np.bool_]
Posteriors = NDArray[np.float64]


@dataclass(frozen=True)
class Ensemble:
    """Answers of several models made one."""

    predictions: pd.DataFrame  # utterance_id, fold, seed, truth, one posterior per class: as of any model
    answered: Mapping[str, int]  # which members -> utterances: where one is absent, the others decide
    chosen: Mapping[str, Mapping[str, Any]]  # fold -> what was chosen for it, on other folds; empty: nothing to choose


class Combiner(Protocol):
    """A rule, ready for use: fitted, where it has something to fit."""

    def combine(self, posteriors: Posteriors, present: Present) -> Posteriors:
        """One answer for each utterance, shape (n_utterances, n_classes), rows sum to 1.

        Args:
            posteriors: shape (n_members, n_utterances, n_classes), 0 where a member is absent
            present: shape (n_members, n_utterances); at least one member for each utterance
        """

    def chosen(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        """What was fitted, by the names of the members, for the record."""

    def state(self) -> dict[str, Any]:
        """What makes it anew, in values that JSON knows."""


Fit: TypeAlias = Callable[[Members, Present], Combiner]
"""What it may be fitted on, and the sets of members that it will meet, (n_members, n_sets) -> ready for use."""


def with_nothing_fitted(combiner: Combiner, tables: Mapping[str, pd.DataFrame]) -> Ensemble:
    """The ensemble of a rule that has nothing to fit.

    Args:
        combiner: the rule
        tables: test predictions of each member
    """
    members = side_by_side(tables)
    return Ensemble(members.table(combiner.combine(members.posteriors, members.present)), members.answered(), {})


def fitted_on_other_folds(
    fit: Fit, tables: Mapping[str, pd.DataFrame], *, validation: Mapping[str, pd.DataFrame] | None = None
) -> Ensemble:
    """The ensemble of a rule that is fitted for each fold on the others.

    Args:
        fit: the rule
        tables: test predictions of each member
        validation: see `cross_fitted`
    """
    members = side_by_side(tables)
    posteriors, chosen = np.zeros(members.posteriors.shape[1:]), {}
    for part in cross_fitted(members, validation):
        here = members.present[:, part.tested]
        combiner = fit(part.training, np.unique(here, axis=1))
        posteriors[part.tested] = combiner.combine(members.posteriors[:, part.tested], here)
        chosen[part.fold] = combiner.chosen(members.names)
    return Ensemble(members.table(posteriors), members.answered(), chosen)
