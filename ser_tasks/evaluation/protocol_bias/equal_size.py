"""Folds that show what a shared speaker adds, or a shared sentence: same test parts, training parts of one size."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ser_tasks.evaluation.protocol_bias.shared import sentences
from ser_tasks.evaluation.splits import Fold

SHARING = ("neither", "sentence", "speaker", "both")


def equal_folds(utterances: pd.DataFrame, strict: Sequence[Fold], *, seed: int) -> dict[str, tuple[Fold, ...]]:
    """Folds that test the same, with training parts that may share nothing, the sentence, the speaker, or both.

    Each training part is drawn from all that it may hold, as many of each class as the strict fold has: what differs
    between two of them is what the test part shares with it, not its size.

    Args:
        utterances: rows of the utterance table
        strict: folds that share neither speaker nor sentence with their test part
        seed: of the drawing

    Returns:
        one of SHARING -> as many folds as `strict` has, in its order and with its names
    """
    table = utterances[["speaker", "emotion"]].assign(sentence=sentences(utterances)).set_axis(utterances.utterance_id)
    found = {sharing: list[Fold]() for sharing in SHARING}
    for place, fold in enumerate(strict):
        found["neither"].append(fold)
        wanted = table.emotion[list(fold.train)].value_counts().sort_index()
        for sharing, allowed in _allowed(table, fold).items():
            draw = np.random.default_rng((seed, place, SHARING.index(sharing)))
            found[sharing].append(replace(fold, train=_drawn(table[allowed], wanted, draw)))
    return {sharing: tuple(folds) for sharing, folds in found.items()}


def _allowed(table: pd.DataFrame, fold: Fold) -> dict[str, pd.Series]:
    """What each training part may be drawn from, besides the strict one."""
    test = table.loc[list(fold.test)]
    voice, said = table.speaker.isin(set(test.speaker)), table.sentence.isin(set(test.sentence))
    outside = ~table.index.isin(fold.test)
    return {"sentence": ~voice & outside, "speaker": ~said & outside, "both": pd.Series(outside, table.index)}


def _drawn(table: pd.DataFrame, wanted: pd.Series, draw: np.random.Generator) -> tuple[str, ...]:
    """So many of each class, in the order of the table."""
    chosen = {
        name
        for emotion, count in wanted.items()
        for name in draw.choice(table.index[table.emotion == emotion].to_numpy(), int(count), replace=False)
    }
    return tuple(name for name in table.index if name in chosen)
