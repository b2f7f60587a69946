"""The leak audit: a gate before any fitting. It proves the parts of every fold apart, or stops with the names."""

from collections.abc import Iterable, Sequence
from itertools import combinations

import pandas as pd

from ser_tasks.errors import LeakError
from ser_tasks.evaluation.splits import Fold
from ser_tasks.params import EmoboxFolds, OfficialSplit, Protocol, SpeakerDependent, SpeakerPairs

SHOWN = 8  # names in a message


def may_straddle(protocol: Protocol) -> frozenset[str]:
    """The columns whose values may stand on both sides of a split, because the name of the protocol states it."""
    if isinstance(protocol, SpeakerDependent):
        return frozenset({"speaker", "group"})
    if isinstance(protocol, OfficialSplit | EmoboxFolds):
        shared = {"speaker": protocol.shared_speakers, "group": protocol.shared_groups}
        return frozenset(column for column, admitted in shared.items() if admitted)
    return frozenset()


def may_repeat(protocol: Protocol) -> bool:
    """Whether an utterance may be tested in several folds, because the name of the protocol states it."""
    return isinstance(protocol, SpeakerPairs)


def audit_folds(
    utterances: pd.DataFrame, folds: Sequence[Fold], *, straddling: frozenset[str], repeated: bool = False
) -> dict[str, int]:
    """Check folds for parts that share an utterance, a sound, a speaker or a group (twin takes, dialog).

    Columns in `straddling` are counted instead. A shared utterance is an error under every protocol, and so
    is the same sound under two names (`sha256`), but where `ser protocol-bias` shows what that adds. So is an
    utterance that is tested twice, unless test parts may be `repeated`.

    Returns:
        how many test utterances have their speaker, and their group, in the training part too

    Raises:
        LeakError: the fold, the parts, and the first names of what they share
    """
    table = utterances.set_index("utterance_id")
    shared = {"speaker": 0, "group": 0}
    for fold in folds:
        _check_shared_ids(fold)
        if "sha256" not in straddling:
            _check_shared(table, fold, "sha256", "identical recordings")
        for column in shared:
            if column in straddling:
                train = set(table.loc[list(fold.train), column].dropna())
                shared[column] += int(table.loc[list(fold.test), column].isin(train).sum())
            else:
                _check_shared(table, fold, column, f"{column}s")
    tested = [i for fold in folds for i in fold.test]
    if len(tested) != len(set(tested)) and not repeated:
        raise LeakError("an utterance is tested in two folds, so pooled figures would count it twice. Fix the folds.")
    return shared


def _parts(fold: Fold) -> Iterable[tuple[tuple[str, Sequence[str]], tuple[str, Sequence[str]]]]:
    named = [("train", fold.train), ("validation", fold.validation), ("test", fold.test)]
    return combinations([(name, ids) for name, ids in named if ids], 2)


def _check_shared_ids(fold: Fold) -> None:
    for (one, ids), (other, other_ids) in _parts(fold):
        both = sorted(set(ids) & set(other_ids))
        if both:
            raise LeakError(f"{fold.name}: {len(both)} utterances are in {one} and {other}: {both[:SHOWN]}.")


def _check_shared(table: pd.DataFrame, fold: Fold, column: str, what: str) -> None:
    for (one, ids), (other, other_ids) in _parts(fold):
        here, there = table.loc[list(ids), column].dropna(), table.loc[list(other_ids), column].dropna()
        both = sorted(set(here) & set(there))
        if both:
            names = [str(pair) for pair in zip(_owners(here, both), _owners(there, both), strict=True)]
            shown = names if column == "sha256" else both
            raise LeakError(
                f"{fold.name}: {len(both)} {what} are in {one} and in {other}: {', '.join(shown[:SHOWN])}. "
                "Keep one copy of each sound, put what belongs together into one part, or choose a protocol that does."
            )


def _owners(column: pd.Series, values: Sequence[str]) -> list[str]:
    first = {value: utterance for utterance, value in reversed(list(column.items()))}
    return [str(first[value]) for value in values]
