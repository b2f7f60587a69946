"""Annotations of recordings by hand: TextGrids of Praat and .eaf files of ELAN; a row for each label on a tier.

A TextGrid is read as Praat reads it: of its text, free numbers, quoted texts and <flags> count, so the long and the
short format are one. Praat writes UTF-16 as soon as a label has a letter that ASCII lacks.
Source: Boersma & Weenink, Praat manual, "TextGrid file formats"; Max Planck Institute for Psycholinguistics, "ELAN
annotation format", EAF 3.0
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import pandas as pd

from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.encoding import decode
from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.source_table import ColumnChoice, SourceError, SourceTable, option
from ser_tasks.corpora.vocabulary import class_of, plain

FORMAT = "annotations of Praat or ELAN"
SOUND, START, END, LABEL, TIER, PARTICIPANT = (
    *("annotated sound", "interval start", "interval end"),
    *("emotion label", "tier", "participant"),
)
TOKEN = re.compile(r'"((?:[^"]|"")*)"|<(\w+)>|(?<!\S)([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?!\S)|(?<!\S)!.*')
RESAVE = "Open it in Praat and save it again: Save > Save as text file."
SHOWN = 3  # labels of a tier, in messages


@dataclass(frozen=True)
class Tier:
    """Labels of a recording that are no blanks.

    Attributes:
        name: of the tier
        participant: whom it is about; None: not stated
        labels: start and end in s, and what stands there, by start
        untimed: labels of points, of intervals without length, and of what ELAN has not aligned yet
    """

    name: str
    participant: str | None
    labels: tuple[tuple[float, float, str], ...]
    untimed: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All that stands on it."""
        return (*(label for *_, label in self.labels), *self.untimed)

    def beside(self, start: float, end: float) -> str | None:
        """The labels whose middle lies between these; where there is none, the one that is there in the middle."""
        inside = [label for a, b, label in self.labels if start <= (a + b) / 2 < end]
        middle = (start + end) / 2
        around = [label for a, b, label in self.labels if a <= middle < b]
        return " ".join(inside or around) or None


@dataclass(frozen=True)
class Annotated:
    """A file of annotations, and the recording as the file names it, or as itself is called."""

    file: Path
    sound: str
    tiers: tuple[Tier, ...]


def find_annotations(path: Path) -> list[Path]:
    """The files of annotations that something is, or holds."""
    if path.is_file():
        return [path] if path.suffix.lower() in READERS else []
    files = (file for file in path.rglob("*") if file.suffix.lower() in READERS and not file.name.startswith("."))
    return sorted(file for file in files if file.is_file())


def read_annotations(files: Sequence[Path], path: Path, given: ImportOptions) -> SourceTable | None:
    """A row for each label on a tier of emotions, and what other tiers have at that time; None: no tier of emotions.

    Args:
        files: of annotations
        path: that was given, a folder or the only file
        given: options, of which the column of emotions may be a tier, and labels may be explained

    Raises:
        SourceError: files that cannot be read; no tier of emotions where one was given as file or named
    """
    folder = path if path.is_dir() else path.parent
    root = folder.resolve()
    read = [READERS[file.suffix.lower()](root / file.relative_to(folder), root, given) for file in files]
    names = _emotion_tiers(read, given)
    if not names:
        if path.is_dir() and "emotion" not in given.column:
            return None
        raise SourceError(
            f"{path}: no tier whose labels are emotions; there are {_listed(read)}. Name the tier: add "
            f"{option('--column', 'emotion=TIER')}; and what its labels mean: {option('--label', 'LABEL=CLASS')}."
        )
    column = given.column.get("emotion") or (names[0] if len(names) == 1 else LABEL)
    rows = [row for one in read for row in _rows(one, root, names, column)]
    untimed = sum(len(tier.untimed) for one in read for tier in one.tiers if tier.name in names)
    if not rows:
        raise SourceError(
            f"{path}: {untimed} labels of the tiers {', '.join(names)}, all without a length in time. Label intervals."
        )
    table = _as_table(rows)
    why = "an annotation has it"
    roles = {"path": ColumnChoice(SOUND, why), "start": ColumnChoice(START, why), "end": ColumnChoice(END, why)}
    roles["emotion"] = ColumnChoice(column, f"a tier of emotions: {', '.join(names)}")
    if PARTICIPANT in table and table[PARTICIPANT].notna().all():
        roles["speaker"] = ColumnChoice(PARTICIPANT, "stated by ELAN")
    dropped = {"have a label without a length in time, of a point or interval": untimed} if untimed else {}
    return SourceTable(FORMAT, table, (root,), roles=roles, dropped=dropped)


def _emotion_tiers(read: Sequence[Annotated], given: ImportOptions) -> list[str]:
    """Tiers most of whose labels are words for emotions, or the one that was named."""
    labels: dict[str, list[str]] = defaultdict(list)
    for tier in (tier for one in read for tier in one.tiers):
        labels[tier.name] += tier.words
    named = given.column.get("emotion")
    if named is not None and named != LABEL:
        wanted = [name.strip() for name in named.split(",")]
        if unknown := [name for name in wanted if name not in labels]:
            raise SourceError(
                f"{option('--column', f'emotion={named}')}: no tier {unknown[0]!r}; there are {_listed(read)}."
            )
        return wanted
    known = {*map(plain, given.label)}
    share = {
        name: sum(class_of(own) is not None or plain(own) in known for own in each) / len(each)
        for name, each in labels.items()
        if each
    }
    return [name for name, own in share.items() if own > 0.5]


def _as_table(rows: Sequence[dict[str, str | None]]) -> pd.DataFrame:
    """In the columns of all rows, but for participants that nobody states."""
    index = [row.pop("place") for row in rows]
    columns = dict.fromkeys(name for row in rows for name in row)
    table = pd.DataFrame(rows, columns=[*columns], index=index, dtype=object)
    table = table.where(table.notna(), None)
    return table if table[PARTICIPANT].notna().any() else table.drop(columns=PARTICIPANT)


def _listed(read: Sequence[Annotated]) -> str:
    """The tiers with some of their labels, for messages."""
    labels: dict[str, dict[str, None]] = defaultdict(dict)
    for tier in (tier for one in read for tier in one.tiers):
        labels[tier.name] |= dict.fromkeys(tier.words)
    return "; ".join(f"{name!r} ({some([*own], at_most=SHOWN)})" for name, own in labels.items()) or "no tiers"


def _rows(one: Annotated, root: Path, names: Sequence[str], column: str) -> Iterator[dict[str, str | None]]:
    others = [tier for tier in one.tiers if tier.name not in names]
    for tier in one.tiers:
        for number, (start, end, label) in enumerate(tier.labels if tier.name in names else (), 1):
            yield {
                "place": f"{one.file.relative_to(root).as_posix()}, tier {tier.name}, label {number}",
                **{SOUND: one.sound, START: repr(round(start, 6)), END: repr(round(end, 6)), column: label},
                **{TIER: tier.name, PARTICIPANT: tier.participant},
                **{other.name: other.beside(start, end) for other in others},
            }


def _text_grid(file: Path, root: Path, given: ImportOptions) -> Annotated:
    """A TextGrid."""
    if file.read_bytes()[:12] == b"ooBinaryFile":
        raise SourceError(f"{file}: a binary TextGrid. {RESAVE}")
    tokens = TOKEN.finditer(decode(file, given.encoding).text)
    try:
        tiers = tuple(_tiers(match for match in tokens if match[0][:1] != "!"))
    except (StopIteration, RuntimeError, ValueError, TypeError, AttributeError) as error:
        what = str(error) if type(error) is ValueError else "it ends too early"
        raise SourceError(f"{file}: not a TextGrid, or not all of it ({what}). {RESAVE}") from None
    return Annotated(file, _beside(file, root), tiers)


def _tiers(values: Iterator[re.Match[str]]) -> Iterator[Tier]:
    """Of the tokens of a TextGrid."""

    def text() -> str:
        return next(values)[1].replace('""', '"')

    def number() -> float:
        return float(next(values)[3])

    if (text(), text()) != ("ooTextFile", "TextGrid"):
        raise ValueError("it does not begin as one")
    number(), number(), next(values)  # from, to, and that there are tiers
    for _ in range(int(number())):
        of_intervals, name = text() == "IntervalTier", text()
        number(), number()
        found = []
        for _ in range(int(number())):
            start = number()
            found.append((start, number() if of_intervals else start, text().strip()))
        yield _tier(name, None, found)


def _eaf(file: Path, root: Path, given: ImportOptions) -> Annotated:
    """A file of ELAN; a label of a dependent tier has the time of the one that it refers to."""
    content = file.read_bytes()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise SourceError(f"{file}: declares a document type, which files of ELAN do not. Save it again in ELAN.")
    try:
        tree = ElementTree.fromstring(content)
        times = {slot.attrib["TIME_SLOT_ID"]: slot.get("TIME_VALUE") for slot in tree.iter("TIME_SLOT")}
        own = {one.attrib["ANNOTATION_ID"]: one for one in tree.iter("ALIGNABLE_ANNOTATION")}
        above = {one.attrib["ANNOTATION_ID"]: one.attrib["ANNOTATION_REF"] for one in tree.iter("REF_ANNOTATION")}
        spans = {name: _span(one, times) for name, one in own.items()}
        tiers = [_eaf_tier(tier, spans, above) for tier in tree.iter("TIER")]
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise SourceError(f"{file}: not a file of ELAN, or not all of it ({error}). Save it again in ELAN.") from None
    return Annotated(file, _media(tree, file, root), tuple(tiers))


def _span(one: ElementTree.Element, times: Mapping[str, str | None]) -> tuple[float, float] | None:
    """In s; None: ELAN aligned it to nothing yet."""
    ends = [times[one.attrib[f"TIME_SLOT_REF{place}"]] for place in (1, 2)]
    return None if None in ends else (int(ends[0] or 0) / 1000, int(ends[1] or 0) / 1000)


def _eaf_tier(
    tier: ElementTree.Element, spans: Mapping[str, tuple[float, float] | None], above: Mapping[str, str]
) -> Tier:
    found = []
    for one in tier.iter():
        if one.tag not in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            continue
        name, label = one.attrib["ANNOTATION_ID"], (one.findtext("ANNOTATION_VALUE") or "").strip()
        while name in above:
            name = above[name]
        found.append((*(spans[name] or (0.0, 0.0)), label))
    return _tier(tier.attrib["TIER_ID"], tier.get("PARTICIPANT") or None, found)


def _tier(name: str, participant: str | None, found: Sequence[tuple[float, float, str]]) -> Tier:
    """What is labelled at all, in order."""
    timed = sorted((start, end, label) for start, end, label in found if label and end > start)
    return Tier(name, participant, tuple(timed), tuple(label for start, end, label in found if label and end <= start))


def _media(tree: ElementTree.Element, file: Path, root: Path) -> str:
    """The recording beside it that it names; else the one that is called as itself."""
    for one in tree.iter("MEDIA_DESCRIPTOR"):
        for url in (one.get("RELATIVE_MEDIA_URL"), one.get("MEDIA_URL")):
            named = file.parent / PurePosixPath((url or "").replace("\\", "/")).name
            if url and named.is_file():
                return named.relative_to(root).as_posix()
    return _beside(file, root)


def _beside(file: Path, root: Path) -> str:
    """The recording that is called as the file, but for its ending; without one, where there is none."""
    here = file.relative_to(root)
    endings = [one for own in sorted(SUFFIXES) for one in (own, own.upper())]
    named = [one for one in endings if file.with_suffix(one).is_file()]
    return (here.with_suffix(named[0]) if named else here.with_suffix("")).as_posix()


READERS: Mapping[str, Callable[[Path, Path, ImportOptions], Annotated]] = {".textgrid": _text_grid, ".eaf": _eaf}
"""By the ending of the file, in small letters."""
