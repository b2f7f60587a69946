"""Traces of ratings over time, as annotators draw them while they listen: of each recording a row for each window.

A folder holds a table for each recording, called as the sound: a column of times, and beside it either a column for
each dimension, or, in folders that are called as the dimensions, a column for each rater. A value holds until the next
row, and the last one to the end of the recording; where values follow each other at one rate, one that is missing is
a gap. Raters react some seconds late, so windows may be read so much later in the trace.
Source: Mariooryad & Busso (2015), doi:10.1109/TAFFC.2014.2334294, on that delay
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ser_tasks.audio.decode import AudioError, open_sound
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.annotations.nova_files import ENDING, headers_below
from ser_tasks.corpora.importing.columns import RATING_OF
from ser_tasks.corpora.importing.locate import locate
from ser_tasks.corpora.importing.options import NONE, SCALES, ImportOptions
from ser_tasks.corpora.importing.read_table import SEPARATED
from ser_tasks.corpora.importing.scales import ends_of
from ser_tasks.corpora.importing.source_table import ColumnChoice, SourceError, SourceTable
from ser_tasks.corpora.importing.trace_tables import SHORTEST, Trace, Values, rating_columns, read_trace, scored
from ser_tasks.corpora.vocabulary import plain

FORMAT = "traces of ratings over time"
SOUND, RECORDING, START, END, RATER = "traced sound", "recording", "window start", "window end", "rater"
COVERED = 0.5  # of a window that has values, at least
BEYOND = 10.0  # times the sound: then the unit of the times is another

Key = tuple[str, float, str | None]  # recording, start of the window in s, rater


def find_traces(folder: Path) -> list[tuple[Path, str | None]]:
    """The tables that may be traces, each with the dimension that its folder is called as."""
    inside = [(child, RATING_OF.get(plain(child.name))) for child in sorted(folder.iterdir()) if child.is_dir()]
    places = [(place, role) for place, role in inside if role is not None]
    tables: list[tuple[Path, str | None]] = [(file, role) for place, role in places for file in _tables(place)]
    return tables if places else [(file, None) for file in _tables(folder)]


def _tables(folder: Path) -> list[Path]:
    return [
        file
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in SEPARATED and not file.name.startswith(".") and file.is_file()
    ]


def read_traces(folder: Path, given: ImportOptions) -> SourceTable | None:
    """A row for each window of each recording and each rater; None: no windows are asked for, and there are no traces.

    Args:
        folder: of the tables, or of folders that are called as the dimensions
        given: of which the length of a window, the delay of the raters, the unit of times and columns of dimensions
            count here

    Raises:
        SourceError: no length of a window is given; with one, no tables, one that is no trace, two of one recording,
            times in another unit than that of the sound, no window with values
    """
    files = scored(folder, given) or find_traces(folder)
    if given.windows is None:
        if _are_ratings(files, given, folder):
            raise SourceError(
                f"{folder}: {len(files)} tables of values over time, the first is {files[0][0].name}. State how long "
                "an utterance is, in s: add --windows 3; and, if the raters react so much later, --delay 2."
            )
        return None
    if not files:
        raise SourceError(
            f"{folder}: no tables in it, nor in folders called valence, arousal or dominance, and --windows is for "
            f"{FORMAT}, a table for each recording. Give their folder, or leave it out."
        )
    found = _named([read_trace(file, role, given, folder) for file, role in files], folder, given)
    _check_once(found)
    sounds = _sounds(folder, [trace.recording for trace in found], given)
    rows: dict[Key, dict[str, str]] = defaultdict(dict)
    for trace in found:
        _check_unit(trace, length := sounds[trace.recording][1])
        for role, rater, values in rating_columns(trace, given):
            for start, mean in _means(trace, values, given, length):
                rows[trace.recording, start, rater][role] = repr(round(mean, 6))
    if not rows:
        raise SourceError(
            f"{folder}: no window of {given.windows:g} s, read {given.delay or 0:g} s later, has values for half "
            "of its length. Take shorter windows, another delay; or are the times in another unit (--times ms)?"
        )
    return _as_source(folder, rows, given, found, sounds)


def _are_ratings(files: Sequence[tuple[Path, str | None]], given: ImportOptions, folder: Path) -> bool:
    """Whether all tables are traces, and some column or folder is called as a dimension."""
    try:
        found = [read_trace(file, role, given, folder) for file, role in files]
    except SourceError:
        return False
    known = any(trace.dimension or trace.scale or {*map(plain, trace.values)} & {*RATING_OF} for trace in found)
    return bool(found) and known and all(trace.scale or len(trace.seconds) >= SHORTEST for trace in found)


def _named(traces: Sequence[Trace], folder: Path, given: ImportOptions) -> list[Trace]:
    """Called as the table where only that is a sound's name, and without a rater where each recording has one table."""
    sounds = _sounds(folder, [name for trace in traces for name in (trace.recording, trace.file.stem)], given)
    called = [
        replace(trace, recording=trace.file.stem, rater=None)
        if sounds[trace.recording][1] is None and sounds[trace.file.stem][1] is not None
        else trace
        for trace in traces
    ]
    tables = Counter((trace.recording, trace.dimension) for trace in called)
    alone = max(tables.values(), default=1) == 1
    return [replace(trace, rater=None) for trace in called] if alone else called


def _scale_of(traces: Sequence[Trace], given: ImportOptions) -> str | None:
    """That the tables state.

    Raises:
        SourceError: they state several, or another than the one given
    """
    stated = {trace.scale: trace.file.name for trace in traces if trace.scale is not None}
    if len(stated) > 1 or (stated and given.scale is not None and ends_of(given.scale) not in map(ends_of, stated)):
        spelt = ", ".join(f"{scale} ({file})" for scale, file in stated.items())
        raise SourceError(
            f"the tables state these scales: {spelt}{f', not {given.scale}' if len(stated) == 1 else ''}. Import those "
            "of one scale alone, or correct what they state."
        )
    return next(iter(stated), None)


def _check_once(traces: Sequence[Trace]) -> None:
    of_one: dict[tuple[str, str | None, str | None], list[str]] = defaultdict(list)
    for trace in traces:
        of_one[trace.recording, trace.dimension, trace.rater].append(trace.file.name)
    for names in of_one.values():
        if len(names) > 1:
            raise SourceError(f"{traces[0].file.parent}: {some(names)} are tables of one recording. Leave one there.")


def _check_unit(trace: Trace, length: float | None) -> None:
    if length is not None and trace.seconds[-1] > BEYOND * length:
        raise SourceError(
            f"{trace.file}: its times reach {trace.seconds[-1]:g} s, and the recording {length:g} s. Are they in ms? "
            "Add --times ms."
        )


def _sounds(folder: Path, names: Sequence[str], given: ImportOptions) -> dict[str, tuple[str, float | None]]:
    """Of each recording the path of its sound, and its length in s; its name and None where there is none."""
    roots = [*([Path(given.audio).expanduser().resolve()] if given.audio else []), folder.resolve()]
    distinct, found = list(dict.fromkeys(names)), dict[str, tuple[str, float | None]]()
    for name, file in zip(distinct, locate(distinct, roots).files, strict=True):
        found[name] = (name, None) if file is None else (str(file), _length(Path(file)))
    return found


def _length(file: Path) -> float | None:
    try:
        return open_sound(file).duration
    except AudioError:
        return None


def _as_source(
    folder: Path,
    rows: Mapping[Key, Mapping[str, str]],
    given: ImportOptions,
    traces: Sequence[Trace],
    sounds: Mapping[str, tuple[str, float | None]],
) -> SourceTable:
    length = given.windows or 0.0
    order = sorted(rows, key=lambda key: (key[0], key[1], key[2] or ""))
    table = pd.DataFrame(
        [
            {
                **{SOUND: sounds[name][0], RECORDING: name, START: f"{start} s", END: f"{start + length} s"},
                **{RATER: rater, **rows[name, start, rater]},
            }
            for name, start, rater in order
        ],
        index=[f"{name} at {start:g} s{f', {rater}' if rater else ''}" for name, start, rater in order],
        dtype=object,
    )
    table = table.where(table.notna(), None)
    roles = {"path": SOUND, "group": RECORDING, "start": START, "end": END}
    roles |= {role: role for role in SCALES if role in table}
    if table[RATER].notna().any():
        roles[RATER] = RATER
    return SourceTable(
        *(FORMAT, table, (folder.resolve(),)),
        roles={role: ColumnChoice(column, "a trace has it") for role, column in roles.items()},
        notes=tuple(_notes(folder, table, given, traces)),
        dropped=dict(_without_values(traces, rows, given, sounds)),
        encoding=given.encoding,
        scale=_scale_of(traces, given),
        implied={"emotion": NONE} | {role: role for role in SCALES if role in table and role in given.column},
    )


def _notes(folder: Path, table: pd.DataFrame, given: ImportOptions, traces: Sequence[Trace]) -> Iterator[str]:
    yield f"each utterance is a window of {given.windows:g} s of a recording; what is left at its end is not used"
    if raters := sorted({*table[RATER].dropna()}):
        yield f"{len(raters)} raters: {some(raters)}"
    read = {id(values) for trace in traces for _, _, values in rating_columns(trace, given)}
    names = {name for trace in traces for name, values in trace.values.items() if id(values) not in read}
    if unread := sorted(names | {name for trace in traces for name in trace.unread}):
        yield f"columns of the traces are not read: {some([name or 'one without a name' for name in unread])}"
    rated = {name for trace in traces for name in trace.values}
    if unread := sorted({own.scheme for own in headers_below(folder)} - rated):
        yield f"annotations of NOVA are not read: {some(unread)}"
    if any(trace.dimension for trace in traces if trace.file.suffix.lower() != ENDING):
        beside = [child.name for child in folder.iterdir() if child.is_dir() and plain(child.name) not in RATING_OF]
        beside += [file.name for file in _tables(folder)]
        if beside:
            yield f"not read beside the folders of dimensions: {some(sorted(beside))}"


def _without_values(
    traces: Sequence[Trace],
    rows: Mapping[Key, Mapping[str, str]],
    given: ImportOptions,
    sounds: Mapping[str, tuple[str, float | None]],
) -> Counter[str]:
    """Windows of the recordings that nobody rated."""
    length, rated = given.windows or 0.0, {(name, start) for name, start, _ in rows}
    reached = {trace.recording: trace.seconds[-1] - (given.delay or 0) for trace in traces}
    windows = [
        (name, _start(number, length))
        for name, own in reached.items()
        for number in range(_whole(sounds[name][1] or own, length))
    ]
    count = sum(window not in rated for window in windows)
    return Counter({f"are windows without values for half of their {length:g} s": count} if count else {})


def _means(trace: Trace, values: Values, given: ImportOptions, length: float | None) -> list[tuple[float, float]]:
    """(start in s, mean over time) of each window of the recording that has values for COVERED of it."""
    window, delay = given.windows or 0.0, given.delay or 0.0
    last = trace.seconds[-1] if length is None else length + delay
    ends = trace.ends(last)
    rated = ~np.isnan(values) & (ends > trace.seconds)
    if not rated.any():
        return []
    begins, until, own = trace.seconds[rated], ends[rated], values[rated]
    breaks = np.ravel(np.column_stack([begins, until]))
    held = np.ravel(np.column_stack([np.zeros(len(own)), until - begins])).cumsum()
    summed = np.ravel(np.column_stack([np.zeros(len(own)), (until - begins) * own])).cumsum()
    edges = np.arange(_whole(until[-1] - delay if length is None else length, window) + 1) * window
    covered, sums = (np.diff(np.interp(edges + delay, breaks, area)) for area in (held, summed))
    kept = covered >= COVERED * window - 1e-9
    means = sums[kept] / covered[kept]
    numbers = np.flatnonzero(kept).tolist()
    return [(_start(number, window), float(mean)) for number, mean in zip(numbers, means, strict=True)]


def _whole(length: float, window: float) -> int:
    """Windows that lie in it."""
    return max(0, int(length / window + 1e-6))


def _start(number: int, window: float) -> float:
    return round(float(number * window), 6)
