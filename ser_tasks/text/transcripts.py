"""Transcripts of a corpus as linguistic models read them: each utterance with the turns before it in its dialogue."""

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ser_tasks.errors import UserError

FEATURE_SET = "transcripts"  # of models that read words: no folder of features, but the utterance table itself
RECOGNISED = (
    "heard_transcripts"  # of those that read what a speech recogniser wrote: the table of the stage `transcripts`
)
OF_WORDS = (FEATURE_SET, RECOGNISED)


class Turn(NamedTuple):
    """The words of a turn, and its speaker."""

    text: str
    speaker: str


Dialogue: TypeAlias = tuple[Turn, ...]
"""The turns of a dialogue, oldest first, up to the one that is to be recognised, which is the last."""


def dialogues(
    texts: Sequence[str | None],
    speakers: Sequence[str],
    *,
    groups: Sequence[Hashable],
    starts: Sequence[float],
    utterance_ids: Sequence[str],
) -> tuple[Dialogue, ...]:
    """Each utterance with all turns before it in its dialogue, in the order given.

    Hand in every turn of the corpus, those of classes that are not recognised too: they are context. What comes after
    an utterance is never part of it. Nothing is copied: turns are shared.

    Args:
        texts: transcripts; an empty one is a turn without words
        speakers: of each
        groups: the dialogue of each; None: an utterance on its own
        starts: what orders the turns of a dialogue, seconds or a running number; ties keep the order given
        utterance_ids: for the message

    Raises:
        UserError: utterances without a transcript
    """
    missing = [name for name, text in zip(utterance_ids, texts, strict=True) if not isinstance(text, str)]
    if missing:
        raise UserError(
            f"{len(missing)} of {len(texts)} utterances have no transcript, the first is {missing[0]}. A linguistic "
            "model reads transcripts: take a corpus that has them, or a model that hears."
        )
    said: dict[Hashable, list[Turn]] = {}
    found: dict[int, Dialogue] = {}
    for row in sorted(range(len(texts)), key=lambda row: starts[row]):
        turn = Turn(str(texts[row]), speakers[row])
        before = said.setdefault(groups[row], []) if groups[row] is not None else []
        before.append(turn)
        found[row] = tuple(before)
    return tuple(found[row] for row in range(len(texts)))


def read_transcripts(table: Path, utterance_ids: Sequence[str]) -> tuple[Dialogue, ...]:
    """Dialogues of these utterances, in this order; all turns of the corpus are context, whatever their emotion.

    Args:
        table: the utterance table, or that of `ser_tasks.text.asr.transcribe`; without `turn`, utterances stand alone
        utterance_ids: of those that are recognised

    Raises:
        UserError: some utterance has no transcript
    """
    import pandas as pd  # noqa: PLC0415  where words are read: the table of models needs the names alone

    utterances = pd.read_parquet(table, columns=["utterance_id", "transcript", "speaker", "group", "turn"])
    said = utterances[utterances.transcript.notna() | utterances.utterance_id.isin(list(utterance_ids))]
    alone = said.turn.isna() | said.group.isna()
    found = dialogues(
        [None if pd.isna(text) else text for text in said.transcript],
        list(said.speaker),
        groups=[None if by_itself else group for by_itself, group in zip(alone, said.group, strict=True)],
        starts=[0.0 if pd.isna(turn) else float(turn) for turn in said.turn],
        utterance_ids=list(said.utterance_id),
    )
    of = dict(zip(said.utterance_id, found, strict=True))
    return tuple(of[name] for name in utterance_ids)
