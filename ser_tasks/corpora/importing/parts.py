"""Parts of files: their times in seconds, in order and inside of their file, and what overlaps."""

from collections.abc import Iterable, Mapping
from itertools import permutations
from pathlib import Path

import pandas as pd

from ser_tasks.audio.decode import AudioError, open_sound
from ser_tasks.corpora.checking.overlaps import overlapping
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.options import TIMES, UNITS
from ser_tasks.corpora.importing.source_table import Rows, option
from ser_tasks.corpora.importing.time_columns import SAMPLES, is_empty, read_time

SLACK = 0.05  # s that a part may end behind its file, for rounding; it is cut to the file
DIFFERS = 0.5  # s between a length in the table and that of the sound that are remarked on
USUAL = 0.1  # s: most parts last longer, in the right unit
FEW = 6  # columns of numbers; of more, as of features, none is called a time
EXPECTED = {
    SAMPLES: "whole numbers of samples, of a sound whose header states its rate",
    "frames": "a unit that is known (frames are samples to some, 10 ms to others)",
}
Lengths = Mapping[Path, float | None]


def place_parts(rows: Rows, units: Mapping[str, str], lengths: Lengths) -> bool:
    """Whether all times were understood; then every row has its start and end in s, as text, or None.

    Args:
        rows: with start, end and duration as they stand in the table
        units: role -> unit, of the roles that have a column
        lengths: of the files, s
    """
    raw = rows.table
    times, lost = _read(raw, units)
    rows.refuse(lost.any(axis=1), "segments", "have a time that is not understood", _not_understood(rows, units, lost))
    if lost.any(axis=None) and "segments" not in rows.drop:
        rows.table = rows.table.assign(start=None, end=None)
        return False
    times = times.loc[rows.table.index]
    length = rows.table.file.map(lambda file: lengths.get(file) or float("inf")).astype(float)
    _stated(rows, times, length, parts="start" in units)
    if "start" not in units:
        _note_unused(rows, length)
    times["end"] = times.end.mask((times.end > length) & (times.end <= length + SLACK), length)
    wrong = _outside(times, length)
    rows.table = rows.table.assign(**{role: _texts(times[role]) for role in ("start", "end")})
    _note_open(rows, times[~wrong])
    hint = _how_far(raw.loc[times.index], times, length, units)
    rows.refuse(wrong, "segments", "have times that are not inside their file", hint)
    return True


def _read(table: pd.DataFrame, units: Mapping[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Start, end and duration in s, the end by the duration where it is empty; and which cells are not understood."""
    rates = _rates(table.file) if SAMPLES in units.values() else {}
    columns, empty = {}, {}
    for role in TIMES:
        unit = units.get(role, "s")
        cells = list(zip(table[role], table.file, strict=True))
        empty[role] = pd.Series([is_empty(cell) for cell, _ in cells], table.index, dtype=bool)
        seconds = [None if is_empty(cell) else read_time(cell, unit, rate=rates.get(file)) for cell, file in cells]
        columns[role] = pd.Series(seconds, table.index, dtype=float)
    times, blank = pd.DataFrame(columns), pd.DataFrame(empty)
    lost = (times.isna() & ~blank).mul(table.file.notna(), axis=0)
    lost["duration"] &= blank.end & ("start" in units)  # else it is the length of a file, which nothing hangs on
    if "start" in units:
        times["end"] = times.end.where(~blank.end, (times.start.fillna(0.0) + times.duration).round(6))
    return times, lost


def _rates(files: Iterable[Path | None]) -> dict[Path, int]:
    """Samples in a second, of the files whose header states it."""
    rates = {}
    for file in {file for file in files if file is not None}:
        try:
            rates[file] = open_sound(file).sampling_rate
        except AudioError:
            continue
    return rates


def _texts(times: "pd.Series[float]") -> pd.Series:
    return pd.Series([None if pd.isna(one) else repr(float(one)) for one in times], times.index, dtype=object)


def _outside(times: pd.DataFrame, length: "pd.Series[float]") -> "pd.Series[bool]":
    begin, end = times.start.fillna(0.0), times.end.fillna(length)
    return (begin < 0) | (begin >= end) | (end > length)


def _not_understood(rows: Rows, units: Mapping[str, str], lost: pd.DataFrame) -> str:
    """Content of the first of these cells, what is expected there, and the options."""
    some_lost = lost[lost.any(axis=1)]
    if some_lost.empty:
        return ""
    where, role = some_lost.index[0], next(role for role in TIMES if some_lost.iloc[0][role])
    unit = units.get(role, "s")
    expected = EXPECTED.get(unit, f"{unit} as 1.5 or 1,5, or minutes and seconds as 0:01.5")
    others = " or ".join(f"--times {other}" for other in UNITS if other != unit)
    return (
        f"The first is {role} {rows.table.loc[where, role]!r}; expected {expected}. Fix them, or state the unit: add "
        f"{others}; or that these are no times: add --column {role}=none"
    )


def _how_far(raw: pd.DataFrame, times: pd.DataFrame, length: "pd.Series[float]", units: Mapping[str, str]) -> str:
    """The first part that does not fit, and the unit in which all would."""
    wrong = _outside(times, length)
    if not wrong.any():
        return ""
    where = wrong.index[wrong][0]
    start, end = times.start.fillna(0.0)[where], times.end.fillna(length)[where]
    found = f"The first is {start:g} to {end:g} s, of {length[where]:.2f} s"
    if fits := _fitting(raw, length, units):
        return f"{found}. As {fits} all are inside: add --times {fits}"
    return (
        f"{found}. Fix them; or if they are of a longer recording that these files are cut from: add "
        f"{' '.join(f'--column {role}=none' for role in TIMES if role in units)}"
    )


def _fitting(raw: pd.DataFrame, length: "pd.Series[float]", units: Mapping[str, str]) -> str | None:
    for unit in UNITS:
        if unit not in units.values():
            times, lost = _read(raw, dict.fromkeys(units, unit))
            long_enough = (times.end.fillna(length) - times.start.fillna(0.0)).median() >= USUAL
            if long_enough and not lost.any(axis=None) and not _outside(times, length).any():
                return unit
    return None


def _stated(rows: Rows, times: pd.DataFrame, length: "pd.Series[float]", *, parts: bool) -> None:
    """Remark on lengths that are neither those of the parts nor of the files."""
    stated, part = times.duration, times.end.fillna(length) - times.start.fillna(0.0)
    differs = ((stated - part).abs() > DIFFERS) & ((stated - length).abs() > DIFFERS) & (length != float("inf"))
    if differs.any():
        first = differs.index[differs][0]
        hint = "" if parts else ". Are they parts? Then their start is missing: add --column start=COLUMN"
        rows.notes.append(
            f"duration: {int(differs.sum())} rows state another length than their sound has ({first}: "
            f"{stated[first]:g} s, and {part[first]:g} s are there){hint}"
        )


def _note_unused(rows: Rows, length: "pd.Series[float]") -> None:
    """Remark on two columns of numbers that would be times of parts in every row, and are not called so."""
    spare = rows.spare.reindex(length.index)
    times = spare.map(lambda cell: None if is_empty(cell) else read_time(cell, "s", rate=None)).astype(float)
    times = times.loc[:, times.notna().all()]
    for first, second in permutations(times, 2) if times.shape[1] <= FEW else ():
        in_order = (times[first] >= 0) & (times[first] < times[second]) & (times[second] <= length)
        fractions = (times[[first, second]] % 1 != 0).any(axis=None)  # whole numbers alone may be anything
        if fractions and in_order.all():
            hints = option("--column", f"start={first}", "--column", f"end={second}")
            rows.notes.append(f"{first} and {second} are not used, and could be times of parts: add {hints}")
            return


def _note_open(rows: Rows, times: pd.DataFrame) -> None:
    open_end = times.start.notna() & times.end.isna()
    if open_end.any() and not open_end.all():
        named = some(list(open_end.index[open_end]))
        rows.notes.append(f"{int(open_end.sum())} rows have a start and no end: to the end of their file: {named}")


def note_overlaps(rows: Rows) -> None:
    """Count rows whose sound is partly that of a row with another label."""
    table = rows.table[rows.table.file.notna()]
    ends = [[None if cell is None else float(cell) for cell in table[role]] for role in ("start", "end")]
    flags = overlapping(list(zip(zip(table.file, table.channel, strict=True), *ends, table.emotion, strict=True)))
    named = [where for where, flag in zip(table.index, flags, strict=True) if flag]
    if named:
        rows.notes.append(
            f"{len(named)} rows overlap a part of the same file that has another label: {some(named)}. The audio that "
            "they share is trained as both"
        )
