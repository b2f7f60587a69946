"""Transcriptions of Transcriber (.trs): its sections, turns, words and events as tiers.

| tier | its labels |
|---|---|
| topic | of sections, in words |
| speaker, gender | of turns of one speaker; of several at once, their names joined by +, and no gender |
| words | between two points of synchronisation |
| event TYPE | that begin and end; they have the times of the points of synchronisation around them |

Events that neither begin nor end have no length in time, and are counted. Source: trans-14.dtd of Transcriber 1.5.1
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from xml.etree import ElementTree

from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.corpora.importing.annotations.tiers import Annotated, Label, beside, tier_of
from ser_tasks.corpora.importing.source_table import SourceError

AGAIN = "Save it again in Transcriber."
GENDERS = ("male", "female")


def read_trs(file: Path, root: Path, encoding: str | None) -> Annotated:
    """The tiers of a transcription."""
    content = file.read_bytes()
    if b"<!ENTITY" in content:
        raise SourceError(f"{file}: declares entities, which Transcriber does not. {AGAIN}")
    try:
        tree = ElementTree.fromstring(content)
        labels = defaultdict[str, list[Label]](list)
        for name, label in _labels(tree):
            labels[name].append(label)
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise SourceError(f"{file}: no transcription of Transcriber, or not all of it ({error}). {AGAIN}") from None
    tiers = tuple(tier_of(name, None, found) for name, found in labels.items())
    return Annotated(file, _recording(tree, file, root), tiers)


def _labels(tree: ElementTree.Element) -> Iterator[tuple[str, Label]]:
    """(tier, label) of all that has a time."""
    topics = {own.attrib["id"]: own.attrib["desc"].strip() for own in tree.iter("Topic")}
    speakers = {own.attrib["id"]: own for own in tree.iter("Speaker")}
    events = _Events()
    for section in tree.iter("Section"):
        if "topic" in section.attrib:
            yield "topic", (*_span(section), topics[section.attrib["topic"]])
        for turn in section.iter("Turn"):
            names = turn.get("speaker", "").split()
            yield "speaker", (*_span(turn), " + ".join(speakers[own].attrib["name"].strip() for own in names))
            if len(names) == 1 and (gender := speakers[names[0]].get("type")) in GENDERS:
                yield "gender", (*_span(turn), gender or "")
            yield from events.of_turn(turn)
    yield from events.unfinished()


def _span(one: ElementTree.Element) -> tuple[float, float]:
    return float(one.attrib["startTime"]), float(one.attrib["endTime"])


@dataclass
class _Events:
    """Events that have begun: (type, what) -> since when."""

    begun: dict[tuple[str, str], float] = field(default_factory=dict)

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
            self.begun[kind, what] = now
        elif extent == "end" and (kind, what) in self.begun:
            yield f"event {kind}", (self.begun.pop((kind, what)), now if begun_before else following, what)
        else:
            yield f"event {kind}", (now, now, what)

    def unfinished(self) -> Iterator[tuple[str, Label]]:
        """Those without an end, as points."""
        for (kind, what), since in self.begun.items():
            yield f"event {kind}", (since, since, what)


def _recording(tree: ElementTree.Element, file: Path, root: Path) -> str:
    """The one that it names, if it lies beside it, else the one called as it."""
    named = PureWindowsPath(tree.get("audio_filename") or "").name
    there = [one.name for one in file.parent.iterdir() if one.suffix.lower() in SUFFIXES]
    own = [name for name in there if named and named in (name, Path(name).stem)]
    return (file.parent / own[0]).relative_to(root).as_posix() if len(own) == 1 else beside(file, root)
