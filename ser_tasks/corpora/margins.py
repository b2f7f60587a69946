"""Counts of a release that are published along other axes than speaker and emotion."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ser_tasks.corpora.finding import Finding, some

if TYPE_CHECKING:
    from ser_tasks.corpora.corpus import Parsed

SHOWN = 4  # cells in a finding


@dataclass(frozen=True)
class Margin:
    """One table of counts; emotions outside of it, if it names some, are not counted."""

    axes: tuple[str, ...]  # fields of Parsed
    counts: Mapping[tuple[str, ...], int]  # value on each axis -> utterances
    emotions: frozenset[str] | None = None  # None: all


def margin_findings(margins: Sequence[Margin], utterances: Sequence["Parsed"]) -> list[Finding]:
    """Hold what is there against each table: too many is an error, too few a warning."""
    return [_finding(margin, utterances) for margin in margins]


def _finding(margin: Margin, utterances: Sequence["Parsed"]) -> Finding:
    counted = [one for one in utterances if margin.emotions is None or one.emotion in margin.emotions]
    found = Counter(tuple(str(getattr(one, axis)) for axis in margin.axes) for one in counted)
    cells = [(cell, found[cell], margin.counts.get(cell, 0)) for cell in sorted({*found, *margin.counts})]
    many = [_said(margin, cell, n, due) for cell, n, due in cells if n > due]
    few = [_said(margin, cell, n, due) for cell, n, due in cells if n < due]
    total, by = sum(margin.counts.values()), f"by {' and '.join(margin.axes)}"
    if many:
        text = f"more utterances than the release: {some(many, at_most=SHOWN)}. Keep one copy of each."
        return Finding("error", "counts", f"{by}: {text}")
    if few:
        return Finding("warning", "counts", f"{by}: {len(counted)} of {total} utterances: {some(few, at_most=SHOWN)}")
    return Finding("ok", "counts", f"{by}: all {total} utterances, as released")


def _said(margin: Margin, cell: tuple[str, ...], found: int, due: int) -> str:
    named = " ".join(f"{axis} {value}" for axis, value in zip(margin.axes, cell, strict=True))
    return f"{named} {found} of {due}"
