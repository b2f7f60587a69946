"""Features of a fold's utterances, of sound, of words or of both, from one corpus or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ser_tasks.errors import UserError
from ser_tasks.evaluation.cross_corpus import corpus_of, join_features, own_name
from ser_tasks.features.audio_text import feature_sets, read_speech_and_words
from ser_tasks.features.augmentation_copies import CONDITION_MARK as MARK
from ser_tasks.features.augmentation_copies import copies_of
from ser_tasks.features.feature_table import read_features
from ser_tasks.models.speaker_norm import speaker_norm
from ser_tasks.text.transcripts import OF_WORDS, read_transcripts

if TYPE_CHECKING:
    from ser_tasks.models.recogniser import Features

Reader: TypeAlias = "Callable[[Path, Sequence[str], int, Path | None], Features]"
"""(features or table of words, ids of the utterances, number of the augmented copy or 0, utterance table or None)"""


def reader_of(feature_set: str) -> Reader:
    """The reader of a feature set, by its name."""
    if feature_set in OF_WORDS:
        return _words
    return _sound if feature_sets(feature_set) == (feature_set,) else _sound_and_words


def read_corpora(
    reader: Reader, sources: Sequence[tuple[str, Path]], utterance_ids: Sequence[str], heard: Sequence[str], copy: int
) -> Features:
    """Features of utterances of several corpora, in the order of the ids; each corpus z-scored over its own.

    Args:
        reader: of the feature set
        sources: of each corpus, in the order of the ids, which begin with its name
        utterance_ids: of those that are wanted
        heard: ids of those that a corpus is normalised over; none: it is not
        copy: 0, or the number of the augmented copy
    """
    ids = heard or utterance_ids
    mine = {corpus: [own_name(name) for name in ids if corpus_of(name) == corpus] for corpus, _ in sources}
    features = join_features([reader(path, mine[corpus], copy, None) for corpus, path in sources])
    if not heard:
        return features
    normalised = speaker_norm(features, np.array([corpus for corpus, own in mine.items() for _ in own]))
    place = {name: row for row, name in enumerate(ids)}
    rows = [place[name] for name in utterance_ids]
    return tuple(normalised[row] for row in rows) if isinstance(normalised, tuple) else normalised[rows]


def read_degraded(
    reader: Reader,
    clean: Path,
    conditions: Sequence[tuple[str, Path]],
    *,
    utterance_ids: Sequence[str],
    tested: Sequence[str],
    copy: int,
) -> Features:
    """Clean features, or of the augmented copies, then those of the clean test utterances under each condition.

    Args:
        reader: of the feature set
        clean: features as they are
        conditions: name and features of each
        utterance_ids: of all, the degraded ones behind the clean ones
        tested: of the test part, degraded ones among them
        copy: 0, or the number of the augmented copy
    """
    own, again = ([name for name in names if MARK not in name] for names in (utterance_ids, tested))
    return join_features([reader(clean, own, copy, None), *(reader(path, again, 0, None) for _, path in conditions)])


def n_copies(feature_set: str, copies: int) -> int:
    """Augmented copies of each utterance, of so many in params.yaml: of sound, not of words."""
    return 0 if feature_set in OF_WORDS else copies


def _words(table: Path, utterance_ids: Sequence[str], copy: int, words: Path | None) -> Features:
    return read_transcripts(table, utterance_ids)


def _sound_and_words(features: Path, utterance_ids: Sequence[str], copy: int, words: Path | None) -> Features:
    if words is None:
        raise UserError(
            f"{features}: sound alone, but the model reads words beside it, and this evaluation names no utterance "
            "table. Take a model of sound or of words, or evaluate within one corpus."
        )
    return read_speech_and_words(features, words, utterance_ids, copy=copy)


def _sound(features: Path, utterance_ids: Sequence[str], copy: int, words: Path | None) -> Features:
    table = read_features(features, copies_of(utterance_ids, copy) if copy else utterance_ids)
    one_row_each = all(len(frames) == 1 for frames in table.frames)
    return table.matrix() if one_row_each else table.frames
