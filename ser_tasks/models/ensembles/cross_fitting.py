"""Utterances that the weights for a fold may be fitted on: never its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.models.ensembles.members import Members, side_by_side

if TYPE_CHECKING:
    import pandas as pd


class Part(NamedTuple):
    """One fold to predict, and what the ensemble may be fitted on."""

    fold: str
    tested: NDArray[np.intp]  # rows of the members
    training: Members  # to fit on, truth included


def cross_fitted(members: Members, validation: Mapping[str, pd.DataFrame] | None) -> Iterator[Part]:
    """For each fold the utterances of all other folds, or the members' posteriors on its validation part.

    What is chosen for a fold never sees the truth of its test utterances. (The members' posteriors on other folds come
    from models that were trained on this fold: that is so of every stacking by cross-validation.)

    Args:
        members: about the test utterances
        validation: the members' tables about validation utterances, for a protocol of one fold

    Raises:
        UserError: one fold alone and no validation tables; or validation tables of other members, or with utterances
            that are tested
    """
    folds = members.keys.fold.to_numpy()
    names = list(dict.fromkeys(folds))
    if validation is None and len(names) < 2:
        raise UserError(
            f"weights for the one fold there is ({names[0]}) must not be chosen on its own test utterances. Give the "
            "members' predictions for its validation part, or take an ensemble without weights (average)."
        )
    others = None if validation is None else _validation(members, validation)
    for name in names:
        training = _rows(members, folds != name) if others is None else others
        yield Part(str(name), np.flatnonzero(folds == name), training)


def _validation(members: Members, tables: Mapping[str, pd.DataFrame]) -> Members:
    if set(tables) != set(members.names):
        raise UserError(
            f"the validation tables are of {sorted(tables)}, the test tables of {sorted(members.names)}. Give both of "
            "every member."
        )
    found = side_by_side({name: tables[name] for name in members.names})
    tested = set(found.keys.utterance_id) & set(members.keys.utterance_id)
    if tested or found.classes != members.classes:
        raise UserError(
            f"{len(tested)} utterances of the validation tables are tested, too; classes {list(found.classes)} there, "
            f"{list(members.classes)} in the test tables. Expected other utterances and the same classes."
        )
    return found


def _rows(members: Members, rows: NDArray[np.bool_]) -> Members:
    keys = members.keys[rows].reset_index(drop=True)
    return Members(members.names, members.classes, keys, members.posteriors[:, rows], members.present[:, rows])
