"""Inner folds of a search: the training part of an outer fold alone, divided again by speaker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ser_tasks.errors import UserError
from ser_tasks.evaluation.audit import audit_folds
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.dimensions.held_out import inner_parts
from ser_tasks.models.svm import inner_folds

Sides: TypeAlias = "list[tuple[NDArray[np.intp], NDArray[np.intp]]]"
Divide: TypeAlias = "Callable[[pd.DataFrame, NDArray[np.str_], int, int], Sides]"
"""(utterances, who must stay together, folds, seed) -> rows to train on and to validate on, of each."""


@dataclass(frozen=True)
class SearchPart:
    """The utterances that a search knows, and its folds: of each the training set, and as `test` its validation set."""

    utterances: pd.DataFrame
    folds: tuple[Fold, ...]


def search_part(
    utterances: pd.DataFrame, fold: Fold, *, divide: Divide, n_folds: int, seed: int, straddling: frozenset[str]
) -> SearchPart:
    """Everything of an outer fold but its test part.

    Candidates are validated on a corpus' own validation part; else the training part is divided into `n_folds` by
    speaker, those who share a dialog together, and audited.

    Args:
        utterances: the table that the fold was made of
        fold: of the outer protocol
        divide: `by_class`, or `whatever_class` where classes are not what is asked for
        n_folds: fewer where there are fewer speakers
        seed: of who goes where
        straddling: columns that the protocol allows on both sides, as of `ser_tasks.evaluation.audit.may_straddle`

    Raises:
        UserError: speakers that cannot be divided
        LeakError: inner folds whose sides share what they must not
    """
    known = utterances[utterances.utterance_id.isin([*fold.train, *fold.validation])].reset_index(drop=True)
    if fold.validation:
        folds: tuple[Fold, ...] = (Fold("validation", fold.train, (), fold.validation),)
    else:
        apart = "group" not in straddling
        folds = _by_speaker(known, fold.name, divide=divide, n_folds=n_folds, seed=seed, apart=apart)
    audit_folds(known, folds, straddling=straddling)
    return SearchPart(known, folds)


def by_class(known: pd.DataFrame, units: NDArray[np.str_], n_folds: int, seed: int) -> Sides:
    """Folds with the classes in the same proportion, as far as that goes."""
    return inner_folds(pd.factorize(known.emotion, sort=True)[0], units, n_folds=n_folds, seed=seed)


def whatever_class(known: pd.DataFrame, units: NDArray[np.str_], n_folds: int, seed: int) -> Sides:
    """Folds of about as many units each."""
    return inner_parts(units, n_folds=n_folds, seed=seed)


def _by_speaker(
    known: pd.DataFrame, where: str, *, divide: Divide, n_folds: int, seed: int, apart: bool
) -> tuple[Fold, ...]:
    units = tied_speakers(known) if apart else known.speaker.to_numpy(dtype=str)
    if len(np.unique(units)) < 2:
        raise UserError(
            f"{where}: the training part cannot be divided by speaker: its {known.speaker.nunique()} speaker(s) all "
            "stand in one chain of shared dialogs. Choose a protocol with a validation part of its own in params.yaml."
        )
    ids = known.utterance_id.to_numpy()
    sides = divide(known, units, n_folds, seed)
    return tuple(Fold(f"inner {i}", tuple(ids[a]), (), tuple(ids[b])) for i, (a, b) in enumerate(sides, 1))


def tied_speakers(utterances: pd.DataFrame) -> NDArray[np.str_]:
    """For each utterance a name of the smallest set of speakers that shares no dialog or twin take with others."""
    speakers, names = pd.factorize(utterances.speaker, sort=True)
    groups, found = pd.factorize(utterances["group"])  # -1: of no group
    grouped = groups >= 0
    n = len(names) + len(found)
    ties = coo_array((np.ones(grouped.sum()), (speakers[grouped], len(names) + groups[grouped])), shape=(n, n))
    _, component = connected_components(ties, directed=False)
    first = pd.Series(names).groupby(component[: len(names)]).transform("first").to_numpy(dtype=str)
    return np.asarray(first[speakers])
