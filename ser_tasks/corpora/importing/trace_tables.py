"""One trace of ratings: a table of times and values, of one recording; and which of its columns rate what."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.annotations.files import find_annotations
from ser_tasks.corpora.importing.annotations.nova import recording_of
from ser_tasks.corpora.importing.annotations.nova_files import ENDING, SCORED, NovaFile, headers_below, read_header
from ser_tasks.corpora.importing.carma_files import Rated, rated_in
from ser_tasks.corpora.importing.columns import RATING_OF
from ser_tasks.corpora.importing.encoding import decode
from ser_tasks.corpora.importing.options import NONE, SCALES, ImportOptions
from ser_tasks.corpora.importing.read_table import read_table
from ser_tasks.corpora.importing.source_table import NOBODY, SourceError, option
from ser_tasks.corpora.importing.time_columns import SECONDS_IN, UNIT_OF, name_words, read_time
from ser_tasks.corpora.vocabulary import plain

TIME = {"t", "time", "times", "timestamp", "frametime", "zeit"}
NO_RATER = {  # words in names of columns of numbers that are no rater's: of pieces, of all raters together
    *("id", "ids", "segment", "segments", "frame", "frames", "index", "idx", "trial", "row", "nr", "number"),
    *("mean", "average", "avg", "median", "gold", "standard", "std", "sd", "confidence", "conf"),
}
SHORTEST = 8  # rows: of fewer, and without --windows, it is a table of some other kind
ONE_RATE = 0.9  # of the steps between rows that are not longer than the usual one, but for a factor of ALIKE
ALIKE = 2.0

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """The rows of one table.

    Attributes:
        file: the table
        dimension: that the folder is called as; None: its columns are
        seconds: of each row, shape (n,)
        values: column -> shape (n,), NaN where there is none
        unread: columns that hold no numbers
        recording: its name, without an ending
        rater: who rated it, where its name says so
        scale: that the table states, as --scale has it
    """

    file: Path
    dimension: str | None
    seconds: Values
    values: Mapping[str, Values]
    unread: tuple[str, ...]
    recording: str
    rater: str | None = None
    scale: str | None = None

    def ends(self, last: float) -> Values:
        """Where the value of each row ends to hold, if the recording ends at `last`."""
        following = np.append(self.seconds[1:], max(last, self.seconds[-1]))
        steps = np.diff(self.seconds)
        usual = float(np.median(steps)) if len(steps) else 0.0
        at_one_rate = len(steps) >= SHORTEST - 1 and np.mean(steps <= usual * ALIKE) >= ONE_RATE
        return np.minimum(following, self.seconds + ALIKE * usual) if at_one_rate else following


def scored(folder: Path, given: ImportOptions) -> list[tuple[Path, str | None]]:
    """Scores of NOVA in its sessions, each with the dimension that its scheme is called as.

    None without --windows where there are other annotations as well: their labels may be the utterances.
    """
    headers = headers_below(folder)
    files = {own.file for own in headers if own.kind == SCORED}
    if not files or (given.windows is None and {*find_annotations(folder)} - files):
        return []
    found = [(own, RATING_OF.get(plain(own.scheme))) for own in headers if own.kind == SCORED]
    named = {name for role in SCALES for name in given.column.get(role, "").split(",")}
    known = [(own.file, role) for own, role in found if role is not None or own.scheme in named]
    return known or [(own.file, None) for own, _ in found]


def _scores(header: NovaFile, dimension: str | None, folder: Path, given: ImportOptions) -> Trace:
    seconds, values = header.scores(given.encoding)
    recording = recording_of(header, folder)
    return Trace(
        *(header.file, dimension, seconds, {header.scheme: values}, (), recording, header.annotator, header.scale)
    )


def read_trace(file: Path, dimension: str | None, given: ImportOptions, folder: Path) -> Trace:
    """The table, or the scores of NOVA, as a trace.

    Args:
        file: the table, or header of scores
        dimension: that its folder, or scheme, is called as
        given: options
        folder: that is imported

    Raises:
        SourceError: it is none, and why
    """
    if file.suffix.lower() == ENDING:
        return _scores(read_header(file), dimension, folder, given)
    return _read_table(file, dimension, given)


def _read_table(file: Path, dimension: str | None, given: ImportOptions) -> Trace:
    text = decode(file, given.encoding).text
    own = rated_in(text)
    table = _table(file, text, given) if own is None else _table_of(file, own)
    names = [*map(str, table)]
    time = next(filter(_is_time, names), None)
    if time is None:
        raise SourceError(f"{file}: no column of times; there are {some(names)}. Call it time, or time_ms.")
    unit = _unit(time, given)
    times = [None if cell is None else read_time(cell, unit, rate=None) for cell in table[time]]
    if None in times:
        wrong = times.index(None)
        raise SourceError(
            f"{file}: {table.index[wrong]}: {table[time].iloc[wrong] or 'nothing'} is no time. Correct it."
        )
    seconds = np.array(times, float) if own is None else _begins(np.array(times, float))
    if (backwards := np.diff(seconds) < 0).any():
        raise SourceError(
            f"{file}: {table.index[int(backwards.argmax()) + 1]}: its time is before the one above it. A trace "
            "is of one recording, in order."
        )
    columns = {name: _numbers(table[name]) for name in names if not _is_time(name)}
    values = {name: own for name, own in columns.items() if own is not None and not np.isnan(own).all()}
    if not values:
        raise SourceError(f"{file}: no column of numbers beside {time}; there are {some(names)}.")
    unread = tuple(name for name in names if name not in (time, *values))
    trace = Trace(file, dimension, seconds, values, unread, file.stem)
    return trace if own is None else _of(trace, own)


def _table_of(file: Path, own: Rated) -> pd.DataFrame:
    index = [f"rating {number}" for number in range(1, len(own.rows) + 1)]
    if odd := next((name for name, row in zip(index, own.rows, strict=True) if len(row) != len(own.names)), None):
        raise SourceError(f"{file}: {odd} has another number of fields than {some(own.names)}. Correct it.")
    return pd.DataFrame(own.rows, index=index, columns=list(own.names), dtype=object)


def _begins(ends: Values) -> Values:
    """Where bins of equal length begin, of which the ends are known."""
    return ends - (float(np.diff(ends).min()) if len(ends) > 1 else ends)


def _of(trace: Trace, own: Rated) -> Trace:
    """With what the file states; whatever stands beside the name of the recording in its own is the rater's."""
    media = own.media or trace.recording
    rater = trace.recording.replace(media, "").strip(" _-.")
    return replace(trace, recording=media, rater=rater or None, scale=own.scale)


def _table(file: Path, text: str, given: ImportOptions) -> pd.DataFrame:
    """With its names of columns; where the first line holds numbers, the first column is the time."""
    lines = [line for line in text.splitlines() if line.strip()]
    rows = [re.split(r"[;\s]\s*", line.strip()) for line in lines]
    if rows and len(rows[0]) < 2:
        rows = [[cell.strip() for cell in line.split(",")] for line in lines]
    if not rows or len(rows[0]) < 2 or any(_number(cell) is None for cell in rows[0]):
        return read_table(file, given).table
    if rows[0] == [str(place) for place in range(len(rows[0]))]:  # as pandas numbers columns without names
        rows = rows[1:]
    names = ["time", *(f"column {number}" for number in range(2, len(rows[0]) + 1))]
    index = [f"row {number}" for number in range(1, len(rows) + 1)]
    if odd := next((name for name, row in zip(index, rows, strict=True) if len(row) != len(names)), None):
        raise SourceError(f"{file}: {odd} has another number of fields than the first. Correct it.")
    return pd.DataFrame(rows, index=index, columns=names, dtype=object)


def _is_time(name: str) -> bool:
    words = name_words(name)
    return bool(words) and all(word in TIME or UNIT_OF.get(word) in SECONDS_IN for word in words)


def _unit(time: str, given: ImportOptions) -> str:
    """That the name of the column states, else the one given, else s."""
    stated = [UNIT_OF[word] for word in name_words(time) if word in UNIT_OF]
    if given.times == "samples":
        raise SourceError("--times samples: traces have no sampling rate. State s or ms.")
    if stated and given.times not in (None, stated[0]):
        raise SourceError(
            f"--times {given.times}: the column {time!r} states {stated[0]}. Leave the option out, or rename it."
        )
    return stated[0] if stated else given.times or "s"


def _number(cell: str | None) -> float | None:
    """Of a cell; NaN: it is empty; None: something else stands in it."""
    if cell is None or cell.strip().lower() in NOBODY:
        return float("nan")
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None


def _numbers(cells: "pd.Series[str]") -> Values | None:
    found = [_number(cell) for cell in cells]
    return None if None in found else np.array(found, float)


def rating_columns(trace: Trace, given: ImportOptions) -> list[tuple[str, str | None, Values]]:
    """(dimension, rater or None, values) of each column that rates.

    Raises:
        SourceError: no column is known, or not all of those that are given, or two of one dimension
    """
    stated = {role: given.column[role].split(",") for role in SCALES if given.column.get(role, NONE) != NONE}
    rating = [name for name in trace.values if name.strip() and not {*name_words(name)} & NO_RATER] or [*trace.values]
    if trace.dimension is not None:
        left_out = given.column.get(trace.dimension) == NONE
        chosen = {} if left_out else {trace.dimension: stated.get(trace.dimension, rating)}
    else:
        named: dict[str, list[str]] = defaultdict(list)
        for name in trace.values:
            if plain(name) in RATING_OF and given.column.get(RATING_OF[plain(name)]) is None:
                named[RATING_OF[plain(name)]].append(name)
        if twice := next((names for names in named.values() if len(names) > 1), None):
            role = RATING_OF[plain(twice[0])]
            raise SourceError(
                f"{trace.file}: {some(twice)} are columns of one dimension. State which: add "
                f"{option('--column', f'{role}={twice[0]}')}."
            )
        chosen = {**named, **stated}
    missing = [name for names in chosen.values() for name in names if name not in trace.values]
    if missing or (not chosen and trace.dimension is None):
        fault = f"no column {missing[0]!r} of numbers" if missing else "no column is called as a dimension"
        raise SourceError(
            f"{trace.file}: {fault}; there are {some(list(trace.values))}. State which holds what: add "
            f"{option('--column', f'valence={rating[0]}')}, and those of several raters with commas."
        )
    return [
        (role, name if len(names) > 1 else trace.rater, trace.values[name])
        for role, names in chosen.items()
        for name in names
    ]
