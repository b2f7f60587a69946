"""Transcriptions of Transcriber (.trs): its sections, turns, words and events as tiers.

| tier | its labels |
|---|---|
| topic | of sections, in words |
| speaker, gender | of turns of one speaker; turns of several at once have neither |
| words | between two points of synchronisation |
| event TYPE | that begin and end; they have the times of the points of synchronisation around them |

Events that neither begin nor end have no length in time, and are counted. Source: trans-14.dtd of Transcriber 1.5.1
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import TypeVar
from xml.etree import ElementTree

from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.annotations.tiers import Annotated, Label, beside, recordings_in, tier_of
from ser_tasks.corpora.importing.source_table import SourceError

AGAIN = "Save it again in Transcriber."
GENDERS = ("male", "female")
Known = TypeVar("Known")
NAMELESS = re.compile(r"\D*#\s*\d+")


def read_trs(file: Path, root: Path, encoding: str | None) -> Annotated:
    """The tiers of a transcription."""
    content = file.read_bytes()
    if b"<!ENTITY" in content:
        raise SourceError(f"{file}: declares entities, which Transcriber does not. {AGAIN}")
    try:
        tree = ElementTree.fromstring(content)
        labels = defaultdict[str, list[Label]](list)
        for name, label in _labels(tree, file.stem):
            labels[name].append(label)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise SourceError(f"{file}: no transcription of Transcriber, or not all of it ({error}). {AGAIN}") from None
    tiers = tuple(tier_of(name, None, found) for name, found in labels.items())
    return Annotated(file, _recording(tree, file, root), tiers)


def _labels(tree: ElementTree.Element, own_file: str) -> Iterator[tuple[str, Label]]:
    """(tier, label) of all that has a time."""
    topics = {own.attrib["id"]: own.attrib["desc"].strip() for own in tree.iter("Topic")}
    speakers = {own.attrib["id"]: own for own in tree.iter("Speaker")}
    events = _Events()
    for section in tree.iter("Section"):
        if "topic" in section.attrib:
            yield "topic", (*_span(section), _of_id(section.attrib["topic"], topics, "topics"))
        for turn in section.iter("Turn"):
            if len(names := turn.get("speaker", "").split()) == 1:
                yield from _of_speaker(names[0], speakers, _span(turn), own_file)
            yield from events.of_turn(turn)
    yield from events.unfinished()


def _of_speaker(
    name: str, speakers: Mapping[str, ElementTree.Element], span: tuple[float, float], own_file: str
) -> Iterator[tuple[str, Label]]:
    """A name that the program gives (speaker#1) is that of somebody else in each file."""
    own = _of_id(name, speakers, "speakers")
    called = own.attrib["name"].strip()
    yield "speaker", (*span, f"{called} of {own_file}" if NAMELESS.fullmatch(called) else called)
    if (gender := own.get("type")) in GENDERS:
        yield "gender", (*span, gender or "")


def _of_id(name: str, known: Mapping[str, Known], what: str) -> Known:
    if name not in known:
        raise ValueError(f"{name!r} is none of its {what}: {some([*known])}")
    return known[name]


def _span(one: ElementTree.Element) -> tuple[float, float]:
    return float(one.attrib["startTime"]), float(one.attrib["endTime"])


@dataclass
class _Events:
    """Events that have begun: (type, what) -> since when, each."""

    begun: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def of_turn(self, turn: ElementTree.Element) -> Iterator[tuple[str, Label]]:
        """Words and events of a turn."""
        start, last = _span(turn)
        points = [float(one.attrib["time"]) for one in turn.iter("Sync")]
        now, words = start, [turn.text or ""]
        for one in turn:
            if one.tag == "Sync":
                yield "words", (now, float(one.attrib["time"]), " ".join(" ".join(words).split()))
                now, words = float(one.attrib["time"]), []
            elif one.tag == "Event":
                following = next((point for point in points if point > now), last)
                yield from self._event(one.attrib, now, following, begun_before=not "".join(words).strip())
            words.append(one.tail or "")
        yield "words", (now, last, " ".join(" ".join(words).split()))

    def _event(
        self, own: Mapping[str, str], now: float, following: float, *, begun_before: bool
    ) -> Iterator[tuple[str, Label]]:
        """A label where it ends; a point where it has no length. One that ends before any word ended at the point."""
        kind, what, extent = own.get("type", "noise"), own["desc"].strip(), own.get("extent", "instantaneous")
        if extent == "begin":
            self.begun[kind, what].append(now)
        elif extent == "end" and self.begun[kind, what]:
            yield f"event {kind}", (self.begun[kind, what].pop(), now if begun_before else following, what)
        else:
            yield f"event {kind}", (now, now, what)

    def unfinished(self) -> Iterator[tuple[str, Label]]:
        """Those without an end, as points."""
        for (kind, what), times in self.begun.items():
            yield from ((f"event {kind}", (since, since, what)) for since in times)


def _recording(tree: ElementTree.Element, file: Path, root: Path) -> str:
    """The one that it names, if it lies beside it, else the one called as it."""
    named = PureWindowsPath(tree.get("audio_filename") or "").name
    there = recordings_in(file.parent)
    own = [*there.get(named, ()), *(name for name in there.get(Path(named).stem, ()) if name == named)]
    called = beside(file, root)
    if len(own) == 1:
        return (file.parent / own[0]).relative_to(root).as_posix()
    return called if (root / called).is_file() or not named else (file.parent / named).relative_to(root).as_posix()
