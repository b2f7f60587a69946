"""Protocols: which utterances are trained on, and which are tested."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from ser_tasks.errors import UserError
from ser_tasks.params import (
    EmoboxFolds,
    LeaveSessionOut,
    Loso,
    OfficialSplit,
    Protocol,
    SpeakerDependent,
    SpeakerFolds,
    SpeakerKfold,
    SpeakerPairs,
)

LEFT_OUT = {"loso": "speaker", "leave_session_out": "session"}  # column whose values are left out one by one


@dataclass(frozen=True)
class Fold:
    """One division of a corpus, as utterance ids; `validation` is empty where the model draws its own from `train`."""

    name: str
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]


def make_folds(utterances: pd.DataFrame, protocol: Protocol, *, seed: int) -> tuple[Fold, ...]:
    """The folds of a protocol, in a fixed order.

    Args:
        utterances: rows of the utterance table that take part, `emotion` mapped to its class
        protocol: its section of params.yaml; folds of EmoBox are those of `match_folds`, and not made here
        seed: of the protocols that deal at random

    Raises:
        UserError: the corpus lacks what the protocol needs (speakers, genders, sessions, an official split)
    """
    match protocol:
        case Loso() | LeaveSessionOut():
            return leave_one_out(utterances, LEFT_OUT[protocol.kind])
        case SpeakerKfold(folds=n):
            return speaker_kfold(utterances, n, seed=seed)
        case SpeakerFolds(test_speakers=parts):
            return speaker_folds(utterances, parts)
        case SpeakerPairs():
            return speaker_pairs(utterances)
        case OfficialSplit():
            return official_split(utterances)
        case SpeakerDependent(folds=n):
            return speaker_dependent(utterances, n, seed=seed)
        case EmoboxFolds():
            raise TypeError("folds of EmoBox come from its files: ser_tasks.corpora.emobox.match.match_folds")


def leave_one_out(utterances: pd.DataFrame, column: str) -> tuple[Fold, ...]:
    """One fold for each value of a column: `speaker` is LOSO, `session` leave-one-session-out."""
    if utterances[column].isna().any() or utterances[column].nunique() < 2:
        raise UserError(
            f"leaving one {column} out needs at least two, and a {column} for every utterance; found "
            f"{sorted(utterances[column].dropna().unique())}, {utterances[column].isna().sum()} utterances "
            f"without. {_another_kind(utterances)}"
        )
    return tuple(
        _fold(f"{column} {name}", utterances, (utterances[column] == name).to_numpy())
        for name in sorted(utterances[column].unique())
    )


def speaker_folds(utterances: pd.DataFrame, parts: Sequence[Sequence[str]]) -> tuple[Fold, ...]:
    """Folds as published; every speaker must be tested in exactly one."""
    listed = [speaker for part in parts for speaker in part]
    present = set(map(str, utterances.speaker))
    twice = sorted({s for s in listed if listed.count(s) > 1})
    forgotten = sorted(str(s) for s in present - set(listed))
    if twice or forgotten:
        raise UserError(
            f"params.yaml: test_speakers: every speaker must stand in exactly one fold; in several: {twice}, in none: "
            f"{forgotten}. Speakers of the corpus: {sorted(present)}."
        )
    masks = [utterances.speaker.isin(list(part)).to_numpy() for part in parts]
    return tuple(_fold(f"fold {i}", utterances, mask) for i, mask in enumerate(masks, 1) if mask.any())


def speaker_pairs(utterances: pd.DataFrame) -> tuple[Fold, ...]:
    """One fold for each pair of a male and a female speaker; a speaker is tested as often as there are others to pair.

    Raises:
        UserError: a speaker of unknown or of two genders, or none of one gender

    Source: Wang's option -s, https://github.com/RayanWang/Speech_emotion_recognition_BLSTM (25 folds of EMO-DB)
    """
    known = utterances.assign(gender=utterances.gender.fillna("unknown")).groupby("speaker").gender.unique()
    males, females = ([str(s) for s, found in known.items() if set(found) == {one}] for one in ("male", "female"))
    others = {str(s): sorted(found) for s, found in known.items() if str(s) not in {*males, *females}}
    if others or not males or not females or utterances.speaker.isna().any():
        raise UserError(
            f"speaker_pairs tests a male and a female speaker at a time; found {len(males)} male and {len(females)} "
            f"female speakers, of other or several genders: {others or 'none'}, "
            f"{utterances.speaker.isna().sum()} utterances without a speaker. Fill in the column gender: male or "
            f"female for every utterance. Or: {_another_kind(utterances)}"
        )
    return tuple(
        _fold(f"speakers {one} and {other}", utterances, utterances.speaker.isin([one, other]).to_numpy())
        for one, other in product(males, females)
    )


def times_tested(folds: Sequence[Fold]) -> dict[int, int]:
    """How many utterances are tested how often: {1: 339}, or {5: 339} for folds of pairs of five men and five women."""
    each = Counter(name for fold in folds for name in fold.test)
    return dict(sorted(Counter(each.values()).items()))


def speaker_kfold(utterances: pd.DataFrame, n_folds: int, *, seed: int) -> tuple[Fold, ...]:
    """Folds of speakers in random order, each put into the fold that has the fewest utterances so far."""
    counts = utterances.speaker.value_counts().sort_index()
    if len(counts) < n_folds:
        raise UserError(
            f"{n_folds} speaker folds need {n_folds} speakers, the corpus has {len(counts)}. "
            "Lower folds in params.yaml, or choose kind: loso."
        )
    order = np.random.default_rng(seed).permutation(len(counts))
    parts: list[list[str]] = [[] for _ in range(n_folds)]
    sizes = np.zeros(n_folds)
    for i in order:
        smallest = int(sizes.argmin())
        parts[smallest].append(str(counts.index[i]))
        sizes[smallest] += counts.iloc[i]
    return speaker_folds(utterances, parts)


def official_split(utterances: pd.DataFrame) -> tuple[Fold, ...]:
    """The corpus' own train, validation and test parts: one fold."""
    parts = {str(name): tuple(ids) for name, ids in utterances.groupby("split").utterance_id}
    if utterances.split.isna().any() or not {"train", "test"} <= set(parts):
        raise UserError(
            f"the corpus has no official split (found {sorted(parts)}, expected train and test for every utterance). "
            f"{_another_kind(utterances)}"
        )
    return (Fold("official", parts["train"], parts.get("validation", ()), parts["test"]),)


def speaker_dependent(utterances: pd.DataFrame, n_folds: int, *, seed: int) -> tuple[Fold, ...]:
    """Stratified random folds over utterances: the same voices on both sides, but never the same recording.

    RAVDESS holds one recording under two names: what sounds identical stays in one fold.
    """
    rarest = utterances.emotion.value_counts().min()
    if rarest < n_folds:
        raise UserError(
            f"{n_folds} stratified folds need {n_folds} utterances of each class, the rarest has {rarest}. "
            "Lower speaker_dependent.folds in params.yaml."
        )
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415  seconds, and no other protocol needs it

    dealer = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    sounds = utterances.sha256.fillna(utterances.utterance_id)
    folds = []
    for i, (_, test) in enumerate(dealer.split(sounds, utterances.emotion, groups=sounds), 1):
        mask = np.zeros(len(utterances), bool)
        mask[test] = True
        folds.append(_fold(f"fold {i}", utterances, mask))
    return tuple(folds)


def _fold(name: str, utterances: pd.DataFrame, tested: np.ndarray) -> Fold:
    ids = utterances.utterance_id.to_numpy()
    return Fold(name, tuple(ids[~tested]), (), tuple(ids[tested]))


def _another_kind(utterances: pd.DataFrame) -> str:
    """The way out for a corpus that lacks what a protocol needs."""
    return (
        f"Choose another kind under corpus.{'/'.join(utterances.corpus.unique())}.speaker_independent in params.yaml."
    )
