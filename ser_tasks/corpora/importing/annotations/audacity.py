"""Label tracks of Audacity: a .txt called as a recording beside it, each line start, end and label.

What `ser predict` wrote into one (angry? 41%) is a label and how sure the model was of it.
Source: Audacity manual, "Importing and Exporting Labels" (3.2.4, whose files are read)
"""

from __future__ import annotations

import re
from pathlib import Path

from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.corpora.importing.annotations.tiers import Annotated, Label, beside, tier_of
from ser_tasks.corpora.importing.encoding import decode
from ser_tasks.corpora.importing.source_table import SourceError

TRACK = re.compile(r"(\d+(?:[.,]\d+)?)\t(\d+(?:[.,]\d+)?)(?:\t(.*))?")
BAND = re.compile(r"\\\t")  # the frequencies of the label above, where a part of the spectrum is labelled
OF_MODEL = re.compile(r"(.+?)(\??) (\d+)%")


def is_label_track(file: Path) -> bool:
    """Whether a .txt is one: by its name, which a recording has, and its first line."""
    with file.open("rb") as content:
        if TRACK.match(content.readline(256).decode("utf-8-sig", "replace")) is None:
            return False
    return any(file.with_suffix(one).is_file() for own in SUFFIXES for one in (own, own.upper()))


def read_label_track(file: Path, root: Path, encoding: str | None) -> Annotated:
    """The tier of a label track, and how sure a model was."""
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
    return Annotated(file, beside(file, root), tuple(tiers), decoded)
