"""Short recordings inside the report, if the licence of their corpus lets them be passed on."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import soundfile

from pipelines import paths
from ser_tasks.audio.clip import clip_of
from ser_tasks.evaluation.comparison.licence import may_be_passed_on

if TYPE_CHECKING:
    import pandas as pd

    from ser_tasks.corpora.corpus import Corpus

RATE = 16_000  # Hz
LONGEST = 8.0  # s
BUDGET = 1_500_000  # bytes of one chapter, encoded


def clips_of(
    corpus: Corpus, utterances: pd.DataFrame, names: Sequence[str], *, audio: bool | None
) -> tuple[dict[str, str], str]:
    """Data URIs by utterance id, and why there are some or none.

    Args:
        corpus: whose licence decides if `audio` is None
        utterances: the utterance table, by id
        names: utterances, the most wanted first
        audio: True: whatever the licence, for nobody but oneself; False: none
    """
    said = f"Licence of the recordings: {corpus.licence}."
    if audio is None and not may_be_passed_on(corpus.licence):
        return (
            {},
            f"{said} It does not clearly let recordings be passed on, so none are in this file (--audio puts them in).",
        )
    if audio is False:
        return {}, "No recordings are in this file (--no-audio)."
    made: dict[str, str] = {}
    for name in names:
        clip = _clip(corpus.name, name, utterances.loc[name].to_dict())
        if clip and sum(map(len, made.values())) + len(clip) <= BUDGET:
            made[name] = clip
    if not made:
        return {}, "The recordings are not on this machine."
    if not may_be_passed_on(corpus.licence):
        return made, f"{said} It does not clearly let recordings be passed on: keep this file to yourself."
    return made, f"{said} Recordings: {corpus.citation} (made smaller here: one channel, 16 kHz, MP3)"


def _clip(corpus: str, name: str, row: Mapping[Any, Any]) -> str | None:
    """One utterance as MP3, which every browser plays; None where it is text alone, or its file is not here."""
    if not isinstance(row["path"], str) or not (paths.corpus_root(corpus) / row["path"]).exists():
        return None
    signal = clip_of(row, name).mono(paths.corpus_root(corpus), RATE)
    file = io.BytesIO()
    sound = signal[: round(LONGEST * RATE)]
    soundfile.write(
        file, sound, RATE, format="MP3", subtype="MPEG_LAYER_III", compression_level=0.9, bitrate_mode="VARIABLE"
    )
    return "data:audio/mpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
