"""The table of ensemble rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ser_tasks.models.ensembles.ensemble import Combiner, Ensemble, Fit, fitted_on_other_folds, with_nothing_fitted
from ser_tasks.models.ensembles.fixed_rules import Average, MaximumConfidence
from ser_tasks.models.ensembles.stacking import fit_stacking, read_stacking
from ser_tasks.models.ensembles.weighted import fit_weights, read_weights

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Rule:
    """One line of the table.

    Attributes:
        evaluate: test predictions of each member -> those of the ensemble, nothing of a fold fitted on the fold itself
        fit: on all utterances there are -> ready for use
        read: what `Combiner.state` gave -> the same again
    """

    evaluate: Callable[..., Ensemble]
    fit: Fit
    read: Callable[[Mapping[str, Any]], Combiner]


def _fixed(combiner: Combiner) -> Rule:
    def evaluate(tables: Mapping[str, pd.DataFrame]) -> Ensemble:
        return with_nothing_fitted(combiner, tables)

    return Rule(evaluate, lambda members, present: combiner, lambda state: combiner)


def _fitted(fit: Fit, read: Callable[[Mapping[str, Any]], Combiner]) -> Rule:
    return Rule(partial(fitted_on_other_folds, fit), fit, read)


RULES: Mapping[str, Rule] = {
    "average": _fixed(Average("arithmetic")),
    "geometric_average": _fixed(Average("geometric")),
    "maximum_confidence": _fixed(MaximumConfidence()),
    "weighted_average": _fitted(fit_weights, read_weights),
    "stacking": _fitted(partial(fit_stacking, c=0.1, balanced=True), read_stacking),
}
