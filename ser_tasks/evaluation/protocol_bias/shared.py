"""Counts of what test parts share with their training parts."""

from collections.abc import Iterable, Sequence

import pandas as pd

from ser_tasks.evaluation.splits import Fold
from ser_tasks.text.tokens import tokens

SHARED = ("speaker", "sentence", "speaker_and_sentence", "group", "recording")
SHARES = {  # what training parts of equal size share with the test part, in words
    "neither": "neither voice nor sentence",
    "sentence": "the sentence",
    "speaker": "the voice",
    "both": "both, in other utterances",
}


def sentences(utterances: pd.DataFrame) -> pd.Series:
    """The words of each transcript, whatever their case and punctuation; null where there are none."""
    return utterances.transcript.map(lambda text: _words(text) or None, na_action="ignore")


def shared_with_training(utterances: pd.DataFrame, folds: Iterable[Fold]) -> dict[str, int | None]:
    """Counts, for each of SHARED, of test utterances that share it with the training part of their fold.

    Args:
        utterances: rows of the utterance table
        folds: as ids of them

    Returns:
        a count for each, None where the corpus has no such label; utterances without one share nothing
    """
    known = _known(utterances)
    counts = dict.fromkeys(SHARED, 0)
    for fold in folds:
        train, test = known.loc[_ids(fold.train, fold.validation)], known.loc[list(fold.test)]
        for kind in SHARED:
            counts[kind] += int(test[kind].isin(set(train[kind].dropna())).sum())
    return {kind: count if known[kind].notna().any() else None for kind, count in counts.items()}


def _known(utterances: pd.DataFrame) -> pd.DataFrame:
    """A column for each of SHARED, by utterance id."""
    said = sentences(utterances)
    both = pd.Series(list(zip(utterances.speaker, said, strict=True)), index=utterances.index).where(said.notna())
    values = (utterances.speaker, said, both, utterances.group, utterances.sha256)
    columns = dict(zip(SHARED, values, strict=True))
    return pd.DataFrame(columns).set_axis(utterances.utterance_id)


def _ids(*parts: Sequence[str]) -> list[str]:
    return [name for part in parts for name in part]


def _words(text: str) -> str:
    return " ".join(token for token in tokens(text) if token[0].isalnum() or token[-1].isalnum())
