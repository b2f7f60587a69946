"""Files of annotations by hand: TextGrids of Praat, .eaf files of ELAN, label tracks of Audacity, as timed tiers.

A TextGrid is read as Praat reads it: of its text, free numbers, quoted texts and <flags> count, so the long and the
short format are one. Praat writes UTF-16 as soon as a label has a letter that ASCII lacks.
A label track is a .txt called as a recording beside it, each line start, end and label; what `ser predict` wrote into
one (angry? 41%) is a label and how sure the model was of it.
Source: Boersma & Weenink, Praat manual, "TextGrid file formats"; Max Planck Institute for Psycholinguistics, "ELAN
annotation format", EAF 3.0; Audacity manual, "Importing and Exporting Labels" (3.2.4, whose files are read)
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import unquote
from xml.etree import ElementTree

from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.encoding import Decoded, decode
from ser_tasks.corpora.importing.source_table import SourceError
from ser_tasks.corpora.vocabulary import plain

TOKEN = re.compile(r'"((?:[^"]|"")*)"|<(\w+)>|(?<!\S)([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?!\S)|(?<!\S)!.*')
TRACK = re.compile(r"(\d+(?:[.,]\d+)?)\t(\d+(?:[.,]\d+)?)(?:\t(.*))?")
BAND = re.compile(r"\\\t")  # the frequencies of the label above, where a part of the spectrum is labelled
OF_MODEL = re.compile(r"(.+?)(\??) (\d+)%")
RESAVE = "Open it in Praat and save it again: Save > Save as text file."
HEADS = (("ooTextFile", "TextGrid"), ("ooTextFile short", "TextGrid"))
HIDDEN = (".", "__MACOSX")  # folders and files that nobody wrote

Label = tuple[float, float, str]


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
    labels: tuple[Label, ...]
    untimed: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All that stands on it."""
        return (*(label for *_, label in self.labels), *self.untimed)

    def between(self, start: float, end: float) -> tuple[Label, ...]:
        """Labels that share some time with this, in order."""
        first, last = bisect_left(self._starts, start - self._longest), bisect_right(self._starts, end)
        return tuple(one for one in self.labels[first:last] if min(one[1], end) > max(one[0], start))

    @cached_property
    def _starts(self) -> list[float]:
        return [start for start, *_ in self.labels]

    @cached_property
    def _longest(self) -> float:
        return max((end - start for start, end, _ in self.labels), default=0.0)


def shares(labels: Sequence[Label], start: float, end: float) -> dict[str, float]:
    """How long each label lasts between these, in s, in the order in which they begin."""
    found: dict[str, float] = defaultdict(float)
    for a, b, label in labels:
        found[label] += min(b, end) - max(a, start)
    return found


def tier_of(name: str, participant: str | None, found: Sequence[Label]) -> Tier:
    """What is labelled at all, in order."""
    timed = sorted((start, end, label) for start, end, label in found if label and end > start)
    return Tier(name, participant, tuple(timed), tuple(label for start, end, label in found if label and end <= start))


@dataclass(frozen=True)
class Annotated:
    """A file of annotations.

    Attributes:
        file: of annotations
        sound: the recording, as the file names it, or called as itself, relative to the folder that is imported
        tiers: each under a name of its own
        decoded: the text that it was read from; None: XML
    """

    file: Path
    sound: str
    tiers: tuple[Tier, ...]
    decoded: Decoded | None = None


def find_annotations(path: Path) -> list[Path]:
    """The files of annotations that something is, or holds."""
    if path.is_file():
        return [path] if _is_annotation(path) else []
    found = (file for file in path.rglob("*") if _is_annotation(file))
    return sorted(file for file in found if not any(own.startswith(HIDDEN) for own in file.relative_to(path).parts))


def _is_annotation(file: Path) -> bool:
    """By its ending; a label track, whose ending is that of any text, by its name and its first line."""
    ending = file.suffix.lower()
    if ending not in READERS or not file.is_file():
        return False
    if ending != TEXT:
        return True
    with file.open("rb") as content:
        if TRACK.match(content.readline(256).decode("utf-8-sig", "replace")) is None:
            return False
    return any(file.with_suffix(one).is_file() for own in SUFFIXES for one in (own, own.upper()))


def read_annotated(file: Path, root: Path, encoding: str | None) -> Annotated:
    """The tiers of a file.

    Args:
        file: TextGrid, .eaf or label track
        root: folder that is imported
        encoding: that was given

    Raises:
        SourceError: none of these, cut, or of times that are not those of a recording
    """
    return READERS[file.suffix.lower()](file, root, encoding)


def _named_apart(tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    """The second tier of a name is called NAME 2, and so on."""
    seen: dict[str, int] = defaultdict(int)
    found = []
    for tier in tiers:
        seen[plain(tier.name)] += 1
        number = seen[plain(tier.name)]
        name = tier.name if number == 1 else f"{tier.name} {number}"
        found.append(Tier(name, tier.participant, tier.labels, tier.untimed))
    return tuple(found)


def _text_grid(file: Path, root: Path, encoding: str | None) -> Annotated:
    """A TextGrid."""
    if file.read_bytes()[:12] == b"ooBinaryFile":
        raise SourceError(f"{file}: a binary TextGrid. {RESAVE}")
    decoded = decode(file, encoding)
    try:
        begins, tiers = _tiers(match for match in TOKEN.finditer(decoded.text) if match[0][:1] != "!")
    except (StopIteration, RuntimeError, ValueError, TypeError, AttributeError) as error:
        what = str(error) if type(error) is ValueError else "it ends too early"
        what = "a chronological one" if "chronological" in decoded.text[:80] else what
        raise SourceError(f"{file}: not a TextGrid, or not all of it ({what}). {RESAVE}") from None
    if begins != 0:
        raise SourceError(
            f"{file}: its times begin at {begins:g} s, and those of a recording at 0. Shift them in Praat, Modify > "
            "Shift times to..., start time, 0; then save it again."
        )
    return Annotated(file, _beside(file, root), _named_apart(tiers), decoded)


def _tiers(values: Iterator[re.Match[str]]) -> tuple[float, list[Tier]]:
    """Where the times of a TextGrid begin, and its tiers, of its tokens."""

    def text() -> str:
        return next(values)[1].replace('""', '"')

    def number() -> float:
        return float(next(values)[3])

    if (text(), text()) not in HEADS:
        raise ValueError("it does not begin as one")
    begins, tiers = number(), []
    number(), next(values)  # to, and that there are tiers
    for _ in range(int(number())):
        of_intervals, name = text() == "IntervalTier", text()
        number(), number()
        found = []
        for _ in range(int(number())):
            start = number()
            found.append((start, number() if of_intervals else start, text().strip()))
        tiers.append(tier_of(name, None, found))
    return begins, tiers


def _label_track(file: Path, root: Path, encoding: str | None) -> Annotated:
    """A label track of Audacity."""
    decoded, found, sure = decode(file, encoding), list[Label](), list[Label]()
    ends = list[tuple[str, str]]()
    for number, line in enumerate(decoded.text.splitlines(), 1):
        if not line.strip() or BAND.match(line):
            continue
        if (cells := TRACK.fullmatch(line)) is None:
            raise SourceError(
                f"{file}: line {number} is no label ({line!r}): expected start and end in s and a label, with tabs "
                "between them. Export it again in Audacity: File > Export > Export Labels."
            )
        ends.append((cells[1], cells[2]))
        start, end = (float(cells[place].replace(",", ".")) for place in (1, 2))
        label = (cells[3] or "").strip()
        if (own := OF_MODEL.fullmatch(label)) is not None:
            label = own[1]
            sure.append((start, end, f"{int(own[3]) / 100:.2f}{' unsure' * bool(own[2])}"))
        found.append((start, end, label))
    if len(ends) > 1 and all(end.isdecimal() and not start.isdecimal() for start, end in ends):
        raise SourceError(
            f"{file}: its second numbers are whole and its first are not, as of a layer of values of Sonic Visualiser, "
            "which are no ends of labels. Export a layer of regions, or write each end with a decimal point."
        )
    tiers = [tier_of(name, None, own) for name, own in (("emotion", found), ("confidence", sure)) if own]
    return Annotated(file, _beside(file, root), tuple(tiers), decoded)


def _eaf(file: Path, root: Path, encoding: str | None) -> Annotated:
    """A file of ELAN; a label of a dependent tier has the time of the one that it refers to, or its part of that."""
    content = file.read_bytes()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise SourceError(f"{file}: declares a document type, which files of ELAN do not. Save it again in ELAN.")
    try:
        tree = ElementTree.fromstring(content)
        sound, origin = _media(tree, file, root)
        times = {slot.attrib["TIME_SLOT_ID"]: slot.get("TIME_VALUE") for slot in tree.iter("TIME_SLOT")}
        own = {one.attrib["ANNOTATION_ID"]: one for one in tree.iter("ALIGNABLE_ANNOTATION")}
        spans = {name: _span(one, times, origin) for name, one in own.items()}
        parts = {name: part for tier in tree.iter("TIER") for name, part in _parts_of_others(tier)}
        tiers = [_eaf_tier(tier, spans, parts) for tier in tree.iter("TIER")]
    except (ElementTree.ParseError, KeyError, ValueError, RecursionError) as error:
        raise SourceError(f"{file}: not a file of ELAN, or not all of it ({error}). Save it again in ELAN.") from None
    return Annotated(file, sound, _named_apart(tiers))


def _span(one: ElementTree.Element, times: Mapping[str, str | None], origin: int) -> tuple[float, float] | None:
    """In s of the recording; None: ELAN aligned it to nothing yet."""
    ends = [times[one.attrib[f"TIME_SLOT_REF{place}"]] for place in (1, 2)]
    return None if None in ends else ((int(ends[0] or 0) + origin) / 1000, (int(ends[1] or 0) + origin) / 1000)


def _parts_of_others(tier: ElementTree.Element) -> Iterator[tuple[str, tuple[str, float, float]]]:
    """(its name, (the annotation that it refers to, where in it it begins and ends, as shares)) of each label.

    Labels that divide one annotation (Symbolic_Subdivision) last equally long, as ELAN shows them.
    """
    beside: dict[str, list[ElementTree.Element]] = defaultdict(list)
    for one in tier.iter("REF_ANNOTATION"):
        beside[one.attrib["ANNOTATION_REF"]].append(one)
    for above, group in beside.items():
        names = _in_order(group)
        for place, name in enumerate(names):
            yield name, (above, place / len(names), (place + 1) / len(names))


def _in_order(group: Sequence[ElementTree.Element]) -> list[str]:
    """By what each says comes before it; as they stand in the file, where that leads nowhere."""
    written = [one.attrib["ANNOTATION_ID"] for one in group]
    after = {one.get("PREVIOUS_ANNOTATION"): one.attrib["ANNOTATION_ID"] for one in group}
    ordered = [name for before, name in after.items() if before not in written]
    while ordered and ordered[-1] in after and len(ordered) < len(written):
        ordered.append(after[ordered[-1]])
    return ordered if sorted(ordered) == sorted(written) else written


def _eaf_tier(
    tier: ElementTree.Element,
    spans: Mapping[str, tuple[float, float] | None],
    parts: Mapping[str, tuple[str, float, float]],
) -> Tier:
    def span(name: str) -> tuple[float, float]:
        if name not in parts:
            return spans[name] or (0.0, 0.0)
        above, first, last = parts[name]
        start, end = span(above)
        return round(start + first * (end - start), 6), round(start + last * (end - start), 6)

    found = [
        (*span(one.attrib["ANNOTATION_ID"]), (one.findtext("ANNOTATION_VALUE") or "").strip())
        for one in tier.iter()
        if one.tag in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
    ]
    return tier_of(tier.attrib["TIER_ID"], tier.get("PARTICIPANT") or None, found)


def _media(tree: ElementTree.Element, file: Path, root: Path) -> tuple[str, int]:
    """The recording that is there, sounds before videos, and what ELAN cuts off at its beginning, in ms.

    Where none is there, the first as it is named; where none is named, the one that is called as the file.
    """
    media = sorted(tree.iter("MEDIA_DESCRIPTOR"), key=lambda one: not one.get("MIME_TYPE", "").startswith("audio"))
    stated = [(url, one) for one in media for key in ("RELATIVE_MEDIA_URL", "MEDIA_URL") if (url := one.get(key))]
    for url, one in stated:
        place = PurePosixPath(unquote(url).replace("\\", "/"))
        for named in ((file.parent / place).resolve(), file.parent / place.name):
            if named.is_file() and named.is_relative_to(root):
                return named.relative_to(root).as_posix(), int(one.get("TIME_ORIGIN") or 0)
    named_as = _beside(file, root)
    if stated and not (root / named_as).is_file():
        return PurePosixPath(unquote(stated[0][0]).replace("\\", "/")).name, int(stated[0][1].get("TIME_ORIGIN") or 0)
    return named_as, 0


def _beside(file: Path, root: Path) -> str:
    """The recording that is called as the file, but for its ending; without one, where there is none.

    Raises:
        SourceError: several
    """
    here = file.relative_to(root)
    endings = {one.suffix for one in file.parent.iterdir() if one.stem == file.stem and one.suffix.lower() in SUFFIXES}
    if len(endings) > 1:
        raise SourceError(
            f"{file}: {len(endings)} recordings are called so ({some(sorted(endings))}). Leave the annotated one there."
        )
    return (here.with_suffix(endings.pop()) if endings else here.with_suffix("")).as_posix()


TEXT = ".txt"
READERS: Mapping[str, Callable[[Path, Path, str | None], Annotated]] = {
    ".textgrid": _text_grid,
    ".eaf": _eaf,
    TEXT: _label_track,
}
"""By the ending of the file, in small letters."""
