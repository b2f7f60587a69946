"""training.json: which speakers and recordings a bundle was trained on, as digests, so that it is not scored on them.

A digest is no secret: whoever knows a name, or has the recording, can tell whether it is among them. That is its use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ser_tasks.bundles.card import REBUILD, BundleError
from ser_tasks.corpora.speaker_codes import spelling
from ser_tasks.params.base import Section

if TYPE_CHECKING:
    import pandas as pd

FILE = "training.json"
FORMAT = 1  # raise it when digests are made of something else
DIGITS = (
    16  # hexadecimal, that are kept of a SHA-256: a million against a million match by chance once in 18 million times
)
MARK = "/"  # between a corpus and its speaker: ravdess/03


class TrainingRecord(Section):
    """What training.json holds: sorted digests, no name."""

    format: int
    corpus: str  # several with commas
    speakers: tuple[str, ...]  # none where nobody knows them
    recordings: tuple[str, ...]  # of the decoded sound of whole files


@dataclass(frozen=True)
class Seen:
    """What of a test set was in the training set, each once, in the order of the rows."""

    speakers: tuple[str, ...]
    recordings: tuple[str, ...]  # ids of their utterances

    def __bool__(self) -> bool:
        """Whether anything was."""
        return bool(self.speakers or self.recordings)


def training_record(corpus: str, utterances: pd.DataFrame, *, speakers_known: bool) -> str:
    """The text of training.json.

    Args:
        corpus: its name, which belongs to each speaker: 03 of another corpus is someone else
        utterances: the training set, rows of an utterance table
        speakers_known: False: the speakers in the table are placeholders, and left out
    """
    speakers = {speaker_digest(corpus + MARK + one) for one in utterances.speaker} if speakers_known else set()
    recordings = {recording_digest(one) for one in utterances.sha256.dropna()}
    record = TrainingRecord(
        format=FORMAT, corpus=corpus, speakers=tuple(sorted(speakers)), recordings=tuple(sorted(recordings))
    )
    return _text(record)


def _text(record: TrainingRecord) -> str:
    return json.dumps(record.model_dump(mode="json"), indent=1) + "\n"


def joined_record(records: Sequence[TrainingRecord | None]) -> str | None:
    """The text of training.json of what was made of several bundles; None where one of them has no record."""
    known = [record for record in records if record is not None]
    if len(known) < len(records):
        return None
    together = TrainingRecord(
        format=FORMAT,
        corpus=", ".join(sorted({record.corpus for record in known})),
        speakers=tuple(sorted({one for record in known for one in record.speakers})),
        recordings=tuple(sorted({one for record in known for one in record.recordings})),
    )
    return _text(together)


def read_training_record(folder: Path) -> TrainingRecord | None:
    """The record of a bundle; None of one that was made before there was any.

    Raises:
        BundleError: not such a file
    """
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        record = TrainingRecord.model_validate_json(file.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise BundleError(f"{file}: not a record of training data: {error}. {REBUILD}") from error
    if record.format != FORMAT:
        raise BundleError(f"{file}: format {record.format}, but this version of ser reads format {FORMAT}. {REBUILD}")
    return record


def seen_in_training(
    record: TrainingRecord, *, speakers: Iterable[str], recordings: Iterable[tuple[str, str | None]]
) -> Seen:
    """The speakers and recordings of a test set that a bundle was trained on.

    Args:
        record: of the bundle
        speakers: CORPUS/SPEAKER each; what has no corpus is nobody's
        recordings: utterance id, and `Recording.sha256` of its whole file; None where there is none
    """
    known_speakers, known_recordings = set(record.speakers), set(record.recordings)
    names = [name for name in dict.fromkeys(speakers) if MARK in name and speaker_digest(name) in known_speakers]
    ids = [name for name, digest in recordings if digest is not None and recording_digest(digest) in known_recordings]
    return Seen(tuple(names), tuple(dict.fromkeys(ids)))


def speaker_digest(name: str) -> str:
    """Of CORPUS/SPEAKER; `ravdess/3` and `ravdess/03` are the same one."""
    corpus, _, speaker = name.partition(MARK)
    return hashlib.sha256(f"{corpus}{MARK}{spelling(speaker)}".encode()).hexdigest()[:DIGITS]


def recording_digest(sha256: str) -> str:
    """Of `Recording.sha256`."""
    return sha256[:DIGITS]
