"""Which channel of its file each row speaks of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from ser_tasks.audio.channels import NAMES
from ser_tasks.audio.decode import AudioError, open_sound
from ser_tasks.corpora.finding import some
from ser_tasks.corpora.vocabulary import plain

if TYPE_CHECKING:
    from pathlib import Path

    from ser_tasks.corpora.importing.rows import Rows

SIDES = {"left": "left", "l": "left", "a": "left", "right": "right", "r": "right", "b": "right", "mix": "", "both": ""}
"""As tables spell them; A and B are the sides of a call in the corpora of the LDC."""
WORD = "ch(?:an(?:nel)?)?"
SPELT = re.compile(rf"(?:{WORD}_?)?(.*?)(?:_?{WORD})?(?:\.0)?")
"""ch1, Left channel; and 1.0, a number that went through a column with gaps."""


def sides_of(values: pd.Series) -> tuple[pd.Series, list[str], list[str]]:
    """Left, right, a number from 1, or None for the mix; notes; and problems.

    Args:
        values: of the column, as they stand in the table
    """
    spelt = {value: _spelt(value) for value in values.dropna().unique()}
    first = 0 if "0" in spelt.values() else 1  # of the numbers
    read = {value: _side(name, first) for value, name in spelt.items()}
    lost = sorted(str(value) for value, side in read.items() if side is None)
    problems = [
        f"{len(lost)} values of the channel are not understood: {some(lost)}. Expected left, right, A, B, mix, or the "
        "number of a channel. Mend them, or take the column away: add --column channel=none."
    ]
    notes = ["channels are counted from 0 in the table: 0 is the left one"]
    sides = values.map(lambda value: None if pd.isna(value) else read[value] or None)
    return sides.astype(object).where(sides.notna(), None), notes[: 1 - first], problems[: len(lost)]


def refuse_missing(rows: Rows) -> None:
    """No row may speak of a channel that its file does not have."""
    asked = rows.table[rows.table.channel.notna() & rows.table.file.notna()]
    there = {file: _n_channels(file) for file in asked.file.unique()}
    absent = asked.index[[there[file] < _place(side) for file, side in zip(asked.file, asked.channel, strict=True)]]
    wrong = pd.Series(rows.table.index.isin(absent), index=rows.table.index)
    rows.refuse(wrong, "segments", "name a channel that their file does not have", "Mend them, or the sounds")


def _spelt(value: str) -> str:
    found = SPELT.fullmatch(plain(value))
    return found[1] if found else ""


def _side(value: str, first: int) -> str | None:
    if value.isdecimal():
        return str(int(value) - first + 1) if int(value) >= first else None
    return SIDES.get(value)


def _place(channel: str) -> int:
    return NAMES[channel] + 1 if channel in NAMES else int(channel)


def _n_channels(file: Path) -> int:
    try:
        return open_sound(file).n_channels
    except AudioError:
        return 0
