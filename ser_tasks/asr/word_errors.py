"""Word error rate: how far what was heard is from what was said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ser_tasks.asr.engine import library
from ser_tasks.errors import UserError
from ser_tasks.text.tokens import clean

INSTALL = "pip install 'ser[asr]'"
NOT_SAID = re.compile(r"\[[^\]]*\]")  # [LAUGHTER]
WORD = re.compile(r"\w+(?:'\w+)*")
COUNTS = ("words", "substitutions", "deletions", "insertions")


def spoken_words(text: str) -> list[str]:
    """Words as they are compared: without case, punctuation and what stands in square brackets.

    "Well-known, DON’T [LAUGHTER] stop…" -> well known don't stop. An apostrophe inside a word is part of it; a hyphen
    divides. Numbers stay as they are written: 2 is not two.
    """
    return WORD.findall(NOT_SAID.sub(" ", clean(text)).casefold())


def word_errors(said: Mapping[str, str], heard: Mapping[str, str]) -> pd.DataFrame:
    """Errors of each utterance, by the alignment with the fewest.

    Args:
        said: manual transcripts, by utterance id
        heard: those of a recogniser; may hold more utterances

    Returns:
        columns utterance_id, words (said), substitutions, deletions, insertions and wer = the three over words, which
        is above 1 where much was heard that was not said, and NaN where nothing was said; in the order of `said`

    Raises:
        UserError: an utterance was not transcribed, or jiwer is not installed

    Source: library jiwer; Morris et al. (2004), Interspeech, "From WER and RIL to MER and WIL"
    """
    lacking = [name for name in said if name not in heard]
    if lacking:
        raise UserError(
            f"word error rate: {len(lacking)} of {len(said)} utterances were not transcribed, the first is "
            f"{lacking[0]!r}. Transcribe them, or leave them out of the manual transcripts."
        )
    jiwer = library("jiwer", install=INSTALL)
    rows = [{"utterance_id": name, **_counts(jiwer, text, heard[name])} for name, text in said.items()]
    table = pd.DataFrame(rows, columns=["utterance_id", *COUNTS])
    return table.assign(wer=_rate(table).where(table.words > 0))


def corpus_word_errors(errors: pd.DataFrame) -> dict[str, float]:
    """Of all utterances together: every word counts once, so long utterances count more.

    Args:
        errors: of `word_errors`

    Returns:
        utterances, words, substitutions, deletions, insertions, wer

    Raises:
        UserError: nothing was said
    """
    totals = errors[list(COUNTS)].sum()
    if not totals.words:
        raise UserError(
            f"word error rate: the manual transcripts of {len(errors)} utterances hold no word. Give those of a corpus "
            "that has transcripts."
        )
    return {"utterances": len(errors), **{name: int(totals[name]) for name in COUNTS}, "wer": float(_rate(totals))}


def _counts(jiwer: Any, said: str, heard: str) -> dict[str, int]:
    words, others = spoken_words(said), spoken_words(heard)
    aligned = jiwer.process_words(" ".join(words), " ".join(others))
    return {"words": len(words), **{name: int(getattr(aligned, name)) for name in COUNTS[1:]}}


def _rate(counts: Any) -> Any:
    return (counts.substitutions + counts.deletions + counts.insertions) / counts.words
