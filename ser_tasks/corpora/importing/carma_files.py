"""Files of CARMA and DARMA, in which people rate a recording with a mouse or joystick while it plays.

Above the ratings stand the name of the recording and the ends of the scale; each row is the mean over a bin of time,
stamped with the bin's end. Read as a value that begins at its time, a trace would be late by a bin (1 s, if nothing
else is set).
Source: the code of CARMA 14.10 and of its versions since 2014 (Girard 2014, doi:10.5334/jors.ar), of DARMA at commit
bc1f060 (Girard & Wright 2018, doi:10.3758/s13428-017-0915-5)
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath

MARK = "%%%%%%"  # between the names of the columns and the ratings
SECOND = "Second"
MEDIA, LOWEST, HIGHEST, REACH = "Multimedia File", "Minimum Value", "Maximum Value", "Magnitude"
OF_EACH_ROW = {"Filename", LOWEST, HIGHEST, SECOND}  # columns of CARMA until version 6, in place of lines above
MEAN = "_Mean"  # ends the name of a recording where the file is the mean of several

Row = Sequence[str]


@dataclass(frozen=True)
class Rated:
    """The ratings of one file, and what it states of them.

    Attributes:
        names: of the columns, the first is that of times
        rows: of text, as many cells each
        media: name of the recording without its ending; None: not stated
        scale: its ends, as --scale has them; None: not stated
    """

    names: Row
    rows: list[Row]
    media: str | None
    scale: str | None


def rated_in(text: str) -> Rated | None:
    """What a file of either holds; None: it is none of theirs."""
    if MARK not in text and not all(name in text for name in OF_EACH_ROW):
        return None
    try:
        lines: list[Row] = [[cell.strip() for cell in line] for line in csv.reader(io.StringIO(text)) if any(line)]
    except csv.Error:  # a quote that is not closed: for the reader of tables, which names it
        return None
    mark = next((place for place, line in enumerate(lines) if line[0] == MARK), 0)
    if mark and lines[mark - 1][0] == SECOND:
        facts = {line[0]: line[1] for line in lines[: mark - 1] if len(line) > 1}
        return _rated(lines[mark - 1], lines[mark + 1 :], facts, facts.get(MEDIA))
    if len(lines) > 1 and set(lines[0]) >= OF_EACH_ROW and len(lines[1]) == len(lines[0]):
        names, first = lines[0], lines[0].index(SECOND)
        facts = dict(zip(names, lines[1], strict=True))
        return _rated(names[first:], [line[first:] for line in lines[1:]], facts, facts["Filename"])
    return None


def _rated(names: Row, rows: list[Row], facts: Mapping[str, str], media: str | None) -> Rated:
    reach, ends = facts.get(REACH), (facts.get(LOWEST), facts.get(HIGHEST))
    scale = f"-{reach}:{reach}" if reach else f"{ends[0]}:{ends[1]}" if all(ends) else None
    name = PureWindowsPath(media or "").stem.removesuffix(MEAN)
    return Rated(names, rows, name or None, scale)
