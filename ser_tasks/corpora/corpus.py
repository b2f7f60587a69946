"""What a corpus module states: where it comes from, how its files are named, and what a whole copy holds."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Level = Literal["ok", "note", "warning", "error"]

SHOWN = 4  # cells in a finding

BY_GENDER = "_by_gender"  # ends the name of a preset whose classes are of gender and emotion

UNKNOWN = "unknown"  # what nobody stated, and nothing here invents


@dataclass(frozen=True)
class Finding:
    """`topic` is what was looked at; an error means that results on this folder would mislead."""

    level: Level
    topic: str
    text: str


def some(names: Sequence[str], *, at_most: int = 3) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - at_most} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more


@dataclass(frozen=True)
class Vote:
    """Labels, or values on three scales, or both; what the rater left out is empty."""

    rater: str
    labels: tuple[str, ...] = ()  # as the rater spelt them
    valence: float | None = None  # 1 to 5
    activation: float | None = None  # 1 to 5
    dominance: float | None = None  # 1 to 5
    comment: str = ""


@dataclass(frozen=True)
class Margin:
    """One table of counts; emotions outside of it, if it names some, are not counted."""

    axes: tuple[str, ...]  # fields of Parsed
    counts: Mapping[tuple[str, ...], int]  # value on each axis -> utterances
    emotions: frozenset[str] | None = None  # None: all


def margin_findings(margins: Sequence[Margin], utterances: Sequence["Parsed"]) -> list[Finding]:
    """Findings of what is there against each table: too many is an error, too few a warning."""
    return [_margin_finding(margin, utterances) for margin in margins]


def _margin_finding(margin: Margin, utterances: Sequence["Parsed"]) -> Finding:
    counted = [one for one in utterances if margin.emotions is None or one.emotion in margin.emotions]
    found = Counter(tuple(str(getattr(one, axis)) for axis in margin.axes) for one in counted)
    cells = [(cell, found[cell], margin.counts.get(cell, 0)) for cell in sorted({*found, *margin.counts})]
    many = [_cell_counts(margin, cell, n, due) for cell, n, due in cells if n > due]
    few = [_cell_counts(margin, cell, n, due) for cell, n, due in cells if n < due]
    total, by = sum(margin.counts.values()), f"by {' and '.join(margin.axes)}"
    if many:
        text = f"more utterances than the release: {some(many, at_most=SHOWN)}. Keep one copy of each."
        return Finding("error", "counts", f"{by}: {text}")
    if few:
        return Finding("warning", "counts", f"{by}: {len(counted)} of {total} utterances: {some(few, at_most=SHOWN)}")
    return Finding("ok", "counts", f"{by}: all {total} utterances, as released")


def _cell_counts(margin: Margin, cell: tuple[str, ...], found: int, due: int) -> str:
    named = " ".join(f"{axis} {value}" for axis, value in zip(margin.axes, cell, strict=True))
    return f"{named} {found} of {due}"


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
    by_gender: bool = False  # the class is that of the speaker's gender and the emotion: female_anger


@dataclass(frozen=True)
class Parsed:
    """Fields of an utterance that need no decoding, from its file name or a label file."""

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
    votes: tuple[Vote, ...] = ()  # of each rater
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

    A corpus whose file names hold everything gives `parse`. One that keeps labels elsewhere (tables, dialog
    annotations, text alone) gives `read`, and names in `side_files` the files it reads them from.
    """

    name: str
    title: str
    citation: str
    licence: str
    language: str  # ISO 639-1, or UNKNOWN; of a corpus of several, whose utterances have their own, all of them
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
    votes: "Callable[[Path, pa.Table], pd.DataFrame] | None" = None  # root, its utterance table -> votes of raters
    kind: Literal["acted", "natural", "synthetic", "unknown"] = "acted"
    speakers_known: bool = True  # False: every utterance counts as a speaker of its own
    speakers_apart: bool = False  # codes that are spelt alike are known to be different people
    agreement: str | None = None  # of its raters, in words; None: that of the votes of its utterances, if they have any
    fingerprints: Path | None = None  # stem, samples, digest of every genuine file known
    extensions: tuple[str, ...] = (".wav", ".flac")

    @property
    def all_presets(self) -> dict[str, Preset]:
        """Its presets, and each once more by gender: four_classes, four_classes_by_gender ..."""
        by_gender = {
            f"{name}{BY_GENDER}": replace(preset, by_gender=True, description=f"{preset.description}; each by gender")
            for name, preset in self.presets.items()
        }
        return {**self.presets, **by_gender}

    def __post_init__(self) -> None:
        """Raise TypeError for a module with both or none of `parse` and `read`."""
        if (self.parse is None) == (self.read is None):
            raise TypeError(
                f"corpus {self.name}: give exactly one of parse (labels in file names) and read (labels elsewhere)."
            )
