"""Inner folds of a search: the training part of an outer fold alone, divided again by speaker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ser_tasks.errors import UserError
from ser_tasks.evaluation.audit import audit_folds
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.svm import inner_folds


@dataclass(frozen=True)
class SearchPart:
    """The labels that a search knows, and its folds: the training set of each, and under `test` its validation set."""

    labels: Labels
    folds: tuple[Fold, ...]


def search_part(
    utterances: pd.DataFrame, fold: Fold, *, n_folds: int, seed: int, straddling: frozenset[str]
) -> SearchPart:
    """Everything of an outer fold but its test part.

    Candidates are validated on a corpus' own validation part; else the training part is divided into `n_folds` by
    speaker, those who share a dialog together, and audited.

    Args:
        utterances: the table that the fold was made of
        fold: of the outer protocol
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
        folds = _by_speaker(known, fold.name, n_folds=n_folds, seed=seed, apart="group" not in straddling)
    audit_folds(known, folds, straddling=straddling)
    return SearchPart(Labels.of(known), folds)


def _by_speaker(known: pd.DataFrame, where: str, *, n_folds: int, seed: int, apart: bool) -> tuple[Fold, ...]:
    units = tied_speakers(known) if apart else known.speaker.to_numpy(dtype=str)
    if len(np.unique(units)) < 2:
        raise UserError(
            f"{where}: the training part cannot be divided by speaker: its {known.speaker.nunique()} speaker(s) all "
            "stand in one chain of shared dialogs. Choose a protocol with a validation part of its own in params.yaml."
        )
    ids = known.utterance_id.to_numpy()
    truth = pd.factorize(known.emotion, sort=True)[0]
    divided = inner_folds(truth, units, n_folds=n_folds, seed=seed)
    return tuple(Fold(f"inner {i}", tuple(ids[a]), (), tuple(ids[b])) for i, (a, b) in enumerate(divided, 1))


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
