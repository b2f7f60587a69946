"""Word error rate of recognised transcripts against manual ones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ser_tasks.errors import UserError
from ser_tasks.evaluation.metrics import Interval
from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, half_width, speaker_draws, standard_error
from ser_tasks.text.asr.engine import library
from ser_tasks.text.tokens import clean

INSTALL = "make setup-all"
BRACKETED = re.compile(r"\[[^\]]*\]")  # [LAUGHTER]
WORD = re.compile(r"\w+(?:'\w+)*")
COUNTS = ("words", "substitutions", "deletions", "insertions")


def spoken_words(text: str) -> list[str]:
    """Words as they are compared: without case, punctuation and what stands in square brackets.

    An apostrophe inside a word is part of it; a hyphen divides. Numbers stay as they are written: 2 is not two.

    >>> spoken_words("Well-known, DON’T [LAUGHTER] stop…")
    ['well', 'known', "don't", 'stop']
    """
    return WORD.findall(BRACKETED.sub(" ", clean(text)).casefold())


def word_errors(manual: Mapping[str, str], recognised: Mapping[str, str]) -> pd.DataFrame:
    """Errors of each utterance, by the alignment with the fewest.

    Args:
        manual: transcripts, by utterance id
        recognised: those of a recogniser; may hold more utterances

    Returns:
        columns utterance_id, words (of the manual transcript), substitutions, deletions, insertions and wer = the
        three over words, which is above 1 with many insertions, and NaN for an empty
        manual transcript; in the order of `manual`

    Raises:
        UserError: an utterance was not transcribed, or jiwer is not installed

    Source: library jiwer; Morris et al. (2004), Interspeech, "From WER and RIL to MER and WIL"
    """
    lacking = [name for name in manual if name not in recognised]
    if lacking:
        raise UserError(
            f"word error rate: {len(lacking)} of {len(manual)} utterances were not transcribed, the first is "
            f"{lacking[0]!r}. Transcribe them, or leave them out of the manual transcripts."
        )
    jiwer = library("jiwer", install=INSTALL)
    rows = [{"utterance_id": name, **_counts(jiwer, text, recognised[name])} for name, text in manual.items()]
    table = pd.DataFrame(rows, columns=["utterance_id", *COUNTS])
    return table.assign(wer=_rate(table).where(table.words > 0))


def corpus_word_errors(errors: pd.DataFrame) -> dict[str, float]:
    """Errors and rate of all utterances together: every word counts once, so long utterances count more.

    Args:
        errors: of `word_errors`

    Returns:
        utterances, words, substitutions, deletions, insertions, wer

    Raises:
        UserError: no manual transcript has a word
    """
    totals = errors[list(COUNTS)].sum()
    if not totals.words:
        raise UserError(
            f"word error rate: the manual transcripts of {len(errors)} utterances hold no word. Give those of a corpus "
            "that has transcripts."
        )
    return {"utterances": len(errors), **{name: int(totals[name]) for name in COUNTS}, "wer": float(_rate(totals))}


def wer_interval(
    errors: pd.DataFrame, speakers: Sequence[str], *, confidence: float, resamples: int, seed: int
) -> Interval | None:
    """Interval of the corpus' word error rate, from a bootstrap that draws whole speakers, as that of the UAR does.

    Not below 0. Of the speakers only those with words count; one alone gives no interval.

    Args:
        errors: of `word_errors`
        speakers: of each of its rows
        confidence: such as 0.95
        resamples, seed: of the bootstrap

    Source: Bisani & Ney (2004), ICASSP, "Bootstrap estimates for confidence intervals in ASR performance evaluation";
    Liu & Peng (2019), arXiv:1912.09508, on drawing blocks of utterances
    """
    per_speaker = errors[list(COUNTS)].groupby(np.asarray(speakers)).sum().query("words > 0")
    words, wrong = per_speaker.words.to_numpy(), per_speaker[list(COUNTS[1:])].sum(axis=1).to_numpy()
    if len(words) < 2:
        return None
    draws = speaker_draws(len(words), resamples=resamples, seed=seed)
    n = effective_speakers(words)
    half = half_width(standard_error(draws @ wrong / (draws @ words), n), n, confidence)
    centre = float(_rate(errors[list(COUNTS)].sum()))
    return Interval(max(0.0, centre - half), centre + half)


def _counts(jiwer: Any, manual: str, recognised: str) -> dict[str, int]:
    words, others = spoken_words(manual), spoken_words(recognised)
    aligned = jiwer.process_words(" ".join(words), " ".join(others))
    return {"words": len(words), **{name: int(getattr(aligned, name)) for name in COUNTS[1:]}}


def _rate(counts: Any) -> Any:
    return (counts.substitutions + counts.deletions + counts.insertions) / counts.words
