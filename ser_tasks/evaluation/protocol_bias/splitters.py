"""Folds that no evaluation should be quoted from, and folds that are stricter than most: for comparison."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ser_tasks.errors import UserError
from ser_tasks.evaluation.protocol_bias.shared import sentences
from ser_tasks.evaluation.splits import Fold, speaker_kfold


class LeftOutError(UserError):
    """A protocol that this corpus has nothing for."""


def random_folds(utterances: pd.DataFrame, n_folds: int, *, seed: int) -> tuple[Fold, ...]:
    """Stratified random folds over utterances, nothing kept together: what many papers report.

    Raises:
        LeftOutError: a class has fewer utterances than there are folds
    """
    _check_rare(utterances, n_folds)
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415  seconds

    dealer = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    return _folds(utterances, [test for _, test in dealer.split(utterances.emotion, utterances.emotion)])


def group_folds(utterances: pd.DataFrame, n_folds: int, *, seed: int) -> tuple[Fold, ...]:
    """The same with twin takes and dialogs (`group`), and identical recordings, in one fold each.

    Raises:
        LeftOutError: the corpus has no groups, or none of two utterances
    """
    _check_rare(utterances, n_folds)
    if not utterances.group.dropna().duplicated().any():
        raise LeftOutError("no twin takes or dialogs are known")
    whole = utterances.group.fillna(utterances.sha256).fillna(utterances.utterance_id)
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415  seconds

    dealer = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    return _folds(utterances, [test for _, test in dealer.split(whole, utterances.emotion, groups=whole)])


def sentence_folds(utterances: pd.DataFrame, n_folds: int, *, seed: int) -> tuple[Fold, ...]:
    """Folds of whole sentences, of about equal size: tested sentences are not in the training set, their speakers are.

    Raises:
        LeftOutError: sentences are not known, there is one, or each is said once
    """
    return _folds(utterances, _tested(utterances, sentence_parts(utterances, n_folds, seed=seed)))


def cells(utterances: pd.DataFrame, speakers: Sequence[frozenset[str]], n_folds: int, *, seed: int) -> tuple[Fold, ...]:
    """Each part of the speakers with each part of the sentences; trained on what has neither.

    Args:
        utterances: rows of the utterance table
        speakers: ids of the utterances of each part of the speakers
        n_folds: parts of the sentences, fewer where there are fewer sentences
        seed: of the random split

    Raises:
        LeftOutError: as `sentence_folds`
    """
    ids = utterances.utterance_id
    folds = []
    for i, voices in enumerate(speakers, 1):
        for j, said in enumerate(sentence_parts(utterances, n_folds, seed=seed), 1):
            train, test = ids[~ids.isin(voices | said)], ids[ids.isin(voices & said)]
            if len(test):
                folds.append(Fold(f"speakers {i}, sentences {j}", tuple(train), (), tuple(test)))
    return tuple(folds)


def sentence_parts(utterances: pd.DataFrame, n_parts: int, *, seed: int) -> list[frozenset[str]]:
    """Ids of the utterances of each part of the sentences, of about equal size.

    Raises:
        LeftOutError: sentences are not known, there is one, or each is said once
    """
    said = sentences(utterances)
    if said.isna().any():
        raise LeftOutError("the sentences of some utterances are not known" if said.notna().any() else "no transcripts")
    if not 1 < said.nunique() < len(said):
        raise LeftOutError("all utterances say one sentence" if said.nunique() == 1 else "every sentence is said once")
    dealt = speaker_kfold(utterances.assign(speaker=said), min(n_parts, said.nunique()), seed=seed)
    return [frozenset(fold.test) for fold in dealt]


def _check_rare(utterances: pd.DataFrame, n_folds: int) -> None:
    rarest = utterances.emotion.value_counts()
    if rarest.min() < n_folds:
        raise LeftOutError(f"{rarest.idxmin()} has {rarest.min()} utterances, too few for {n_folds} folds")


def _tested(utterances: pd.DataFrame, parts: Sequence[frozenset[str]]) -> list[np.ndarray]:
    return [np.flatnonzero(utterances.utterance_id.isin(part)) for part in parts]


def _folds(utterances: pd.DataFrame, tested: Sequence[np.ndarray]) -> tuple[Fold, ...]:
    ids = utterances.utterance_id.to_numpy()
    parts = [(np.delete(ids, rows), ids[rows]) for rows in tested]
    return tuple(Fold(f"fold {i}", tuple(train), (), tuple(test)) for i, (train, test) in enumerate(parts, 1))
