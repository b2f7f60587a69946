"""Traces of ratings over time, as annotators draw them while they listen: of each recording a row for each window.

A folder holds a table for each recording, called as the sound: a column of times, and beside it either a column for
each dimension, or, in folders that are called as the dimensions, a column for each rater. A value holds until the next
one; where the values follow each other at one rate, a gap between two has none.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.options import NONE, SCALES, ImportOptions
from ser_tasks.corpora.importing.read_table import SEPARATED, read_table
from ser_tasks.corpora.importing.source_table import ColumnChoice, SourceError, SourceTable, as_number, option
from ser_tasks.corpora.importing.time_columns import SECONDS_IN, UNIT_OF
from ser_tasks.corpora.vocabulary import plain

FORMAT = "traces of ratings over time"
SOUND, START, END, RATER = "traced recording", "window start", "window end", "rater"
TIME = {"t", "time", "times", "timestamp", "frametime"}
NUMBERS = re.compile(r".*(?:_|\b)(?:ids?|segments?|frames?|index)", re.IGNORECASE)  # of pieces: they rate nothing
ROLE_OF = {name: role for role in SCALES for name in COLUMN_NAMES[role].split()}
COLUMN = "COLUMN"  # in messages
SHORTEST = 8  # values: of fewer it is a table of some other kind
ONE_RATE = 0.9  # of the steps between values that are alike
COVERED = 0.5  # of a window that has values, at least

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """The values of one table.

    Attributes:
        file: the table
        dimension: that the folder is called as; None: its columns are
        seconds: of each row, shape (n,)
        values: column -> shape (n,), NaN where there is none
    """

    file: Path
    dimension: str | None
    seconds: Values
    values: Mapping[str, Values]


def find_traces(folder: Path) -> list[tuple[Path, str | None]]:
    """The tables that may be traces, each with the dimension that its folder is called as."""
    inside = [(child, ROLE_OF[plain(child.name)]) for child in sorted(folder.iterdir()) if plain(child.name) in ROLE_OF]
    places: list[tuple[Path, str | None]] = [(place, role) for place, role in inside if place.is_dir()]
    places = places or [(folder, None)]
    return [
        (file, role)
        for place, role in places
        for file in sorted(place.iterdir())
        if file.suffix.lower() in SEPARATED and not file.name.startswith(".") and file.is_file()
    ]


def read_traces(folder: Path, given: ImportOptions) -> SourceTable | None:
    """A row for each window of each recording and each rater; None: the tables in the folder are no traces.

    Args:
        folder: of the tables, or of folders that are called as the dimensions
        given: of which the length of a window, the delay of the raters, the unit of times and columns of dimensions
            count here

    Raises:
        SourceError: no length of a window is given, tables that differ in what they hold, no window with values
    """
    files = find_traces(folder)
    found = [trace for file, role in files if (trace := _trace(file, role, given)) is not None]
    others = [file.name for file, _ in files if file not in [trace.file for trace in found]]
    if not found or (others and given.windows is None):
        return None
    if others:
        raise SourceError(
            f"{folder}: {len(found)} tables of rising times and numbers, and others: {some(others)}. Take these out of "
            "the folder, or make them numbers."
        )
    if given.windows is None:
        raise SourceError(
            f"{folder}: {len(found)} tables of values over time, the first is {found[0].file.name} with "
            f"{len(found[0].seconds)}. State how long an utterance is, in s: add --windows 3; and, if the raters react "
            "so much later, --delay 2."
        )
    rows: dict[tuple[str, float, str | None], dict[str, str | None]] = defaultdict(dict)
    counted: Counter[str] = Counter()
    for trace in found:
        for role, rater, values in _columns(trace, given):
            for start, mean in _means(trace, values, given.windows, given.delay or 0, counted):
                rows[trace.file.stem, start, rater][role] = repr(round(mean, 6))
    if not rows:
        raise SourceError(
            f"{folder}: no window of {given.windows:g} s has values for half of its length. Are the times in another "
            "unit (--times ms)? Or take shorter windows."
        )
    return _as_source(folder, rows, given, counted, found)


def _as_source(
    folder: Path,
    rows: Mapping[tuple[str, float, str | None], Mapping[str, str | None]],
    given: ImportOptions,
    counted: Mapping[str, int],
    traces: Sequence[Trace],
) -> SourceTable:
    length = given.windows or 0.0
    order = sorted(rows, key=lambda key: (key[0], key[1], key[2] or ""))
    table = pd.DataFrame(
        [
            {SOUND: name, START: f"{start} s", END: f"{start + length} s", RATER: rater, **rows[name, start, rater]}
            for name, start, rater in order
        ],
        index=[f"{name} at {start:g} s{f', {rater}' if rater else ''}" for name, start, rater in order],
        dtype=object,
    )
    table = table.where(table.notna(), None)
    why = "a trace has it"
    roles = {"path": SOUND, "start": START, "end": END} | {role: role for role in SCALES if role in table}
    if table[RATER].notna().any():
        roles[RATER] = RATER
    unread = sorted({name for trace in traces for name in _of_pieces(trace.values)})
    notes = [f"each utterance is a window of {length:g} s of a recording; what is left at its end is not used"]
    notes += [f"columns of the traces are not read: {some(unread)}"] if unread else []
    return SourceTable(
        *(FORMAT, table, (folder.resolve(),)),
        roles={role: ColumnChoice(column, why) for role, column in roles.items()},
        notes=tuple(notes),
        dropped=dict(counted),
        implied={"emotion": NONE} | {role: role for role in SCALES if role in table and role in given.column},
    )


def _trace(file: Path, dimension: str | None, given: ImportOptions) -> Trace | None:
    """The table as a trace; None: it is none."""
    try:
        table = _named(read_table(file, given).table)
    except SourceError:
        return None
    names = [*map(str, table)]
    time = next(filter(_is_time, names), None)
    if time is None or len(table) < SHORTEST or len(table.columns) < 2:
        return None
    numbers = {name: _numbers(table[name]) for name in names}
    if any(own is None for own in numbers.values()):
        return None
    values = {name: own for name, own in numbers.items() if own is not None}
    seconds = values.pop(time) * _scale(time, given)
    if np.isnan(seconds).any() or not (np.diff(seconds) > 0).all():
        return None
    return Trace(file, dimension, seconds, values)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """With its first row as a row where that holds numbers instead of names."""
    head = [*map(str, table.columns)]
    if not all(as_number(name) for name in head):
        return table
    names = ["time", *(f"column {number}" for number in range(2, len(head) + 1))]
    return pd.DataFrame([head, *table.to_numpy().tolist()], columns=names, dtype=object)


def _is_time(name: str) -> bool:
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return bool(words) and all(word in TIME or UNIT_OF.get(word) in SECONDS_IN for word in words)


def _scale(time: str, given: ImportOptions) -> float:
    """Seconds in the unit that the name of the column states, else in the one given."""
    units = [UNIT_OF[word] for word in re.findall(r"[^\W\d_]+", time.casefold()) if word in UNIT_OF]
    unit = units[0] if units else given.times or "s"
    if unit not in SECONDS_IN:
        raise SourceError(f"--times {unit}: traces have no sampling rate. State s or ms.")
    return SECONDS_IN[unit]


def _numbers(cells: "pd.Series[str]") -> Values | None:
    """Of a column, NaN where a cell is empty; None: others than numbers are in it."""
    found = [None if cell is None else as_number(cell) for cell in cells]
    if any(number is None and cell is not None for number, cell in zip(found, cells, strict=True)):
        return None
    return np.array([np.nan if number is None else float(number) for number in found])


def _of_pieces(names: Iterable[str]) -> list[str]:
    return [name for name in names if NUMBERS.fullmatch(name)]


def _columns(trace: Trace, given: ImportOptions) -> list[tuple[str, str | None, Values]]:
    """(dimension, rater or None, values) of each column that rates.

    Raises:
        SourceError: no column is known, or not all of those that are given
    """
    rating = [name for name in trace.values if name not in _of_pieces(trace.values)]
    if trace.dimension is not None:
        raters = rating if len(rating) > 1 else [None]
        return [(trace.dimension, rater, trace.values[name]) for name, rater in zip(rating, raters, strict=True)]
    stated = {role: given.column[role].split(",") for role in SCALES if given.column.get(role, NONE) != NONE}
    chosen = stated or {ROLE_OF[plain(name)]: [name] for name in rating if plain(name) in ROLE_OF}
    missing = [name for names in chosen.values() for name in names if name not in trace.values]
    if missing or not chosen:
        fault = f"no column {missing[0]!r}" if missing else "no column is called as a dimension"
        raise SourceError(
            f"{trace.file}: {fault}; there are {some(list(trace.values))}. State which holds what: add "
            f"{option('--column', f'valence={[*rating, COLUMN][0]}')}, and those of several raters with "
            "commas."
        )
    return [
        (role, name if len(names) > 1 else None, trace.values[name]) for role, names in chosen.items() for name in names
    ]


def _means(
    trace: Trace, values: Values, length: float, delay: float, counted: Counter[str]
) -> list[tuple[float, float]]:
    """(start in s, mean over time) of each window that has values for COVERED of it."""
    rated = ~np.isnan(values)
    seconds, own = trace.seconds[rated], values[rated]
    if len(own) < 2:
        return []
    ends = _ends(seconds)
    breaks = np.ravel(np.column_stack([seconds, ends]))
    held = np.ravel(np.column_stack([np.zeros(len(own)), ends - seconds])).cumsum()
    summed = np.ravel(np.column_stack([np.zeros(len(own)), (ends - seconds) * own])).cumsum()
    edges = np.arange(int((ends[-1] - delay) / length + 1e-9) + 1) * length
    covered, sums = (np.diff(np.interp(edges + delay, breaks, area)) for area in (held, summed))
    kept = covered >= COVERED * length
    if not kept.all():
        counted[f"are windows without values for half of their {length:g} s"] += int((~kept).sum())
    means = sums[kept] / covered[kept]
    return [(round(float(start), 6), float(mean)) for start, mean in zip(edges[:-1][kept], means, strict=True)]


def _ends(seconds: Values) -> Values:
    """Where each value ends to hold."""
    steps = np.array([after - before for before, after in pairwise(seconds)])
    usual = float(np.median(steps))
    following = np.append(seconds[1:], seconds[-1] + usual)
    at_one_rate = np.mean(np.abs(steps - usual) <= 0.1 * usual) >= ONE_RATE
    return np.minimum(following, seconds + 1.5 * usual) if at_one_rate else following
