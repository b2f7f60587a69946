"""TextGrids of Praat.

One is read as Praat reads it: of its text, free numbers, quoted texts and <flags> count, so the long and the short
format are one. Praat writes UTF-16 as soon as a label has a letter that ASCII lacks.
Source: Boersma & Weenink, Praat manual, "TextGrid file formats"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ser_tasks.corpora.importing.annotations.tiers import Annotated, Tier, beside, named_apart, tier_of
from ser_tasks.corpora.importing.encoding import decode
from ser_tasks.corpora.importing.source_table import SourceError

TOKEN = re.compile(r'"((?:[^"]|"")*)"|<(\w+)>|(?<!\S)([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?!\S)|(?<!\S)!.*')
RESAVE = "Open it in Praat and save it again: Save > Save as text file."
HEADS = (("ooTextFile", "TextGrid"), ("ooTextFile short", "TextGrid"))


def read_text_grid(file: Path, root: Path, encoding: str | None) -> Annotated:
    """The tiers of a TextGrid."""
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
    return Annotated(file, beside(file, root), named_apart(tiers), decoded)


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
