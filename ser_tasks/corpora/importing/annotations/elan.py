"""Files of ELAN (.eaf).

Source: Max Planck Institute for Psycholinguistics, "ELAN annotation format", EAF 3.0
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote
from xml.etree import ElementTree

from ser_tasks.corpora.importing.annotations.tiers import Annotated, Tier, beside, named_apart, tier_of
from ser_tasks.corpora.importing.source_table import SourceError


def read_eaf(file: Path, root: Path, encoding: str | None) -> Annotated:
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
    except (ElementTree.ParseError, LookupError, ValueError, RecursionError) as error:
        raise SourceError(f"{file}: not a file of ELAN, or not all of it ({error}). Save it again in ELAN.") from None
    return Annotated(file, sound, named_apart(tiers))


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
    named_as = beside(file, root)
    if stated and not (root / named_as).is_file():
        return PurePosixPath(unquote(stated[0][0]).replace("\\", "/")).name, int(stated[0][1].get("TIME_ORIGIN") or 0)
    return named_as, 0
