"""Transcripts of a corpus as linguistic models read them."""

from collections.abc import Sequence
from pathlib import Path

from ser_tasks.text.turns import Dialogue, dialogues

FEATURE_SET = "transcripts"  # of models that read words: no folder of features, but the utterance table itself
HEARD = "heard_transcripts"  # of those that read what a speech recogniser heard: the table of the stage `transcripts`
OF_WORDS = (FEATURE_SET, HEARD)


def read_transcripts(table: Path, utterance_ids: Sequence[str]) -> tuple[Dialogue, ...]:
    """Of these utterances, in this order; all turns of the corpus are context, whatever their emotion.

    Args:
        table: the utterance table, or that of `ser_tasks.text.asr.heard`; without `turn`, utterances stand alone
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
