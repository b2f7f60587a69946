"""Inputs of audio-text models: frames of sound, and a transcript, each where there is one."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.features.augmentation_copies import copies_of
from ser_tasks.text.transcripts import FEATURE_SET as TRANSCRIPTS
from ser_tasks.text.transcripts import OF_WORDS

JOINT = "+"  # of the names of feature sets: functionals+transcripts


class SpeechAndWords(NamedTuple):
    """One utterance; never without both."""

    frames: NDArray[np.float32] | None  # (n_frames, n_dims); None: no sound
    text: str | None  # None: no transcript; empty: a transcript without words


def feature_sets(name: str) -> tuple[str, ...]:
    """The feature sets that a model reads: "functionals+transcripts" -> functionals, transcripts."""
    return tuple(name.split(JOINT))


def reads_words(name: str) -> bool:
    """Whether a model with this feature set reads transcripts, alone or beside sound."""
    return any(part in OF_WORDS for part in feature_sets(name))


def takes_audio(name: str) -> bool:
    """Whether a model with this feature set takes audio, alone or beside transcripts."""
    return any(part not in OF_WORDS for part in feature_sets(name))


def joint(sound: str) -> str:
    """Name of a feature set together with the transcripts."""
    return f"{sound}{JOINT}{TRANSCRIPTS}"


def read_speech_and_words(
    features: Path, table: Path, utterance_ids: Sequence[str], *, copy: int = 0
) -> tuple[SpeechAndWords, ...]:
    """Of these utterances, in this order.

    Args:
        features: folder of the feature set of sound
        table: the utterance table: says who has sound, and holds the words
        utterance_ids: of the corpus
        copy: 0: their sound as it is; else the augmented copy of this number

    Raises:
        UserError: utterances with neither, or with a recording, but no features of it
    """
    import pandas as pd  # noqa: PLC0415  where words are read: the table of models needs the names alone

    from ser_tasks.features.feature_table import read_features  # noqa: PLC0415  with pyarrow

    own = pd.read_parquet(table, columns=["utterance_id", "path", "transcript"]).set_index("utterance_id")
    own = own.loc[list(utterance_ids)]
    heard, read = own.path.notna(), own.transcript.notna()
    neither = own.index[~heard & ~read]
    if len(neither):
        raise UserError(
            f"{table}: {len(neither)} of {len(own)} utterances have neither sound nor words, the first is {neither[0]}."
            " Complete the corpus (`ser check`), or take a preset without them."
        )
    names = list(own.index[heard])
    frames = read_features(features, copies_of(names, copy) if copy else names).frames if names else ()
    sound = dict(zip(names, frames, strict=True))
    return tuple(
        SpeechAndWords(sound.get(name), own.transcript[name] if read[name] else None) for name in utterance_ids
    )
