"""Stacking: logistic regression on the members' log posteriors, fitted on other folds."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.augmentation.balance import class_weights
from ser_tasks.models.ensembles.cross_fitting import cross_fitted
from ser_tasks.models.ensembles.ensemble import Ensemble
from ser_tasks.models.ensembles.members import Members, side_by_side


def stacking(
    tables: Mapping[str, pd.DataFrame],
    *,
    c: float,
    balanced: bool,
    validation: Mapping[str, pd.DataFrame] | None = None,
) -> Ensemble:
    """Logistic regression on log posteriors, one for each set of members present together.

    For utterances that only some members predicted, the regression is fitted on their posteriors alone. Where it
    cannot be fitted (fewer than two classes among the training utterances), the members present are averaged, and
    `chosen` holds "average".

    Args:
        tables: test predictions of each member
        c: inverse strength of the penalty
        balanced: every class has the same weight
        validation: see `cross_fitted`

    Source: Wolpert (1992), doi:10.1016/S0893-6080(05)80023-1; Ting & Witten (1999), doi:10.1613/jair.594
    """
    members = side_by_side(tables)
    posteriors, chosen = np.zeros(members.posteriors.shape[1:]), {}
    for part in cross_fitted(members, validation):
        said: dict[str, Any] = {}
        for pattern in np.unique(members.present[:, part.tested], axis=1).T:
            rows = part.tested[(members.present[:, part.tested] == pattern[:, None]).all(axis=0)]
            who = " + ".join(name for name, here in zip(members.names, pattern, strict=True) if here)
            regression = _learn(part.learnt, pattern, c=c, balanced=balanced)
            said[who] = "average" if regression is None else int(part.learnt.present[pattern].all(axis=0).sum())
            if regression is None:
                posteriors[rows] = members.posteriors[pattern][:, rows].mean(axis=0)
            else:
                posteriors[rows[:, None], regression.classes_] = regression.predict_proba(
                    _features(members, pattern, rows)
                )
        chosen[part.fold] = said
    return Ensemble(members.table(posteriors), members.answered(), chosen)


def _learn(members: Members, pattern: NDArray[np.bool_], *, c: float, balanced: bool) -> Any:
    """From the utterances that all of these members predicted; None where they have one class at most."""
    rows = np.flatnonzero(members.present[pattern].all(axis=0))
    truth = members.truth[rows]
    if len(np.unique(truth)) < 2:
        return None
    say = class_weights(truth, n_classes=len(members.classes))[truth] if balanced else None
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  seconds
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    regression = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=1000))
    return regression.fit(_features(members, pattern, rows), truth, logisticregression__sample_weight=say)


def _features(members: Members, pattern: NDArray[np.bool_], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Shape (n_rows, n_present_members * n_classes)."""
    return np.concatenate(list(members.logs[pattern][:, rows]), axis=1)
