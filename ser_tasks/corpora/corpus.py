"""What a corpus module states: where it comes from, how its files are named, and what a whole copy holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ser_tasks.corpora.finding import Finding
from ser_tasks.corpora.margins import Margin
from ser_tasks.corpora.votes import Vote
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import pandas as pd


UNKNOWN = "unknown"  # what nobody stated, and nothing here invents


class CorpusError(UserError):
    """A corpus folder, file name or label that does not follow the corpus' grammar."""


@dataclass(frozen=True)
class Source:
    """One official archive; size in bytes and md5 are None where the release does not state them."""

    url: str
    size: int | None = None
    md5: str | None = None
    optional: bool = False  # fetched only when asked for everything (RAVDESS: the song archive)

    @property
    def file_name(self) -> str:
        """Last part of the address, without its query."""
        return self.url.split("?", maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Preset:
    """An explicit label map: raw label -> class; a label it does not name is dropped, and counted."""

    description: str
    classes: Mapping[str, str]
    styles: tuple[str, ...] | None = None  # keep these styles only (RAVDESS: speech, song)
    split: "Callable[[pd.DataFrame], pd.Series] | None" = None  # train, validation, test of what it keeps, if its own


@dataclass(frozen=True)
class Parsed:
    """What a file name says: the fields of an utterance that need no decoding."""

    speaker: str
    gender: str | None
    emotion: str
    group: str | None
    transcript: str | None
    intensity: str | None = None
    style: str | None = None
    session: str | None = None
    split: str | None = None
    valence: float | None = None  # 1 to 5
    activation: float | None = None  # 1 to 5
    dominance: float | None = None  # 1 to 5
    votes: tuple[Vote, ...] = ()  # what each rater said
    turn: int | None = None  # place in its dialog, counted from 0
    language: str | None = None  # ISO 639-1, where a corpus has several; None: that of the corpus


@dataclass(frozen=True)
class Utterance:
    """One utterance before its sound is decoded: `path` is relative to the corpus root, None is text only."""

    utterance_id: str
    path: str | None
    parsed: Parsed
    start: float | None = None  # s in the file; None: from the beginning
    end: float | None = None  # s in the file; None: to the end
    channel: str | None = None  # left, right, or its number from 1; None: the mix of all


@dataclass(frozen=True)
class Official:
    """What the released copy holds, or one part of it, for `ser check`."""

    counts: Mapping[tuple[str, str], int]  # (speaker, emotion) -> files
    sampling_rate: int  # Hz
    durations: tuple[float, float] | None  # shortest and longest file, s; None: not published
    style: str | None = None  # the part these counts are of; None: the whole corpus


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """One corpus, as its module declares it.

    A corpus whose file names say everything gives `parse`. One that keeps labels elsewhere (tables, dialog
    annotations, text alone) gives `read`, and names in `side_files` the files it reads them from.
    """

    name: str
    title: str
    citation: str
    licence: str
    language: str  # ISO 639-1, or UNKNOWN; of a corpus of several, whose utterances say theirs, all of them
    size: str  # for people: files, speakers, download
    how_to_get: str
    sources: tuple[Source, ...]
    presets: Mapping[str, Preset]
    parse: Callable[[str], Parsed | None] | None = None  # file stem -> fields; None: no such name
    read: Callable[[Path, Sequence[str]], list[Utterance]] | None = None  # root, audio paths -> utterances
    pattern: str = ""  # the file name as people write it, for messages
    layout: str = ""  # a folder directly below the root, as a glob: finds the root in an unpacked archive
    side_files: tuple[str, ...] = ()  # globs below the root: label files that are part of the version
    sounds: tuple[str, ...] = ()  # globs below the root: where its audio files are; none: anywhere
    listed: Callable[[Path], Sequence[str]] | None = None  # root -> its sounds, where a table names them
    official: tuple[Official, ...] = ()
    margins: tuple[Margin, ...] = ()  # counts of the release that are not per speaker and emotion
    remarks: Callable[[Path, Sequence[str]], list[Finding]] | None = None  # what its label files lack, for `ser check`
    kind: Literal["acted", "natural", "synthetic", "unknown"] = "acted"
    speakers_known: bool = True  # False: every utterance counts as a speaker of its own
    speakers_apart: bool = False  # codes that are spelt alike are known to be different people
    agreement: str | None = None  # of its raters, in words; None: that of the votes of its utterances, if they have any
    fingerprints: Path | None = None  # stem, samples, digest of every genuine file known
    extensions: tuple[str, ...] = (".wav", ".flac")

    def __post_init__(self) -> None:
        """Refuse a module that says both, or nothing, of where its labels are."""
        if (self.parse is None) == (self.read is None):
            raise TypeError(
                f"corpus {self.name}: give exactly one of parse (labels in file names) and read (labels elsewhere)."
            )
