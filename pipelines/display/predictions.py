"""Predictions on the terminal: progress, errors, predictions and timelines as tables."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from pipelines.display.tables import WIDEST
from ser_tasks.bundles.inference.estimate import ENDS
from ser_tasks.bundles.inference.files import Columns, Row, as_text
from ser_tasks.bundles.inference.rating_timeline import RatingTimeline
from ser_tasks.bundles.inference.timeline import Timeline, clock

STDERR = Console(stderr=True, highlight=False, soft_wrap=True)


def bar(*, visible: bool) -> Progress:
    """How much is done and how long the rest will take, on the error stream, and only on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=STDERR, transient=True, disable=not (visible and STDERR.is_terminal))


def report(text: str, *, style: str = "default") -> None:
    """Print a sentence on the error stream, above the bar."""
    STDERR.print(Text(text, style=style))


def report_fault(text: str) -> None:
    """Print what is wrong with one input."""
    STDERR.print(f"[bold red]Error:[/] {escape(text)}")


@contextmanager
def prediction_table(columns: Columns, to: Path | None) -> Iterator[Callable[[Row], None]]:
    """One line per file, shown at the end: the emotion, its confidence, the second class, and remarks on the sound.

    Of a bundle of dimensions each of them with the ends of its interval, instead of the classes.
    """
    rows: list[Row] = []
    classes = [name for name, kind in columns.items() if kind == "share"]
    dimensions = [name for name in columns if f"{name}_low" in columns]
    try:
        yield rows.append
    finally:
        if dimensions:
            cells = partial(_with_intervals, dimensions)
            _show(_predictions(rows, dimensions, cells, file_width=16), to)
        else:
            cells = partial(_likeliest_two, classes)
            _show(_predictions(rows, ["emotion", "runner-up"], cells, file_width=22), to)


def _predictions(
    rows: Sequence[Row], names: Sequence[str], cells: Callable[[Row], list[Text]], *, file_width: int
) -> Table:
    """Columns file, with `file_width` where there is no room for more, those with these names, s and remarks."""
    folder = _common_folder([row["path"] for row in rows])
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=folder and f"in {escape(folder)}", title_justify="left")
    longest = max((len(row["path"]) - len(folder) for row in rows), default=4)
    table.add_column("file", overflow="fold", min_width=min(file_width, longest))
    for name in names:
        table.add_column(name, no_wrap=True)
    table.add_column("s", justify="right", no_wrap=True)
    table.add_column("remarks", min_width=18 if any(row["remarks"] or _said(row) for row in rows) else None)
    for row in rows:
        file = Text(" ".join([row["path"][len(folder) :], *([row["channel"]] if "channel" in row else [])]))
        if row["duration"] is None:
            empty = [""] * len(names)
            table.add_row(file, Text("no prediction", style="red"), *empty, Text("see the error above"))
            continue
        remarks = Text("; ".join([*_said(row), *row["remarks"]]))
        table.add_row(file, *cells(row), f"{row['duration']:.1f}", remarks)
    return table


def _likeliest_two(classes: Sequence[str], row: Row) -> list[Text]:
    second = sorted(classes, key=lambda name: -row[name])[1]
    first = with_confidence(row["emotion"], row["confidence"], unsure=row["unsure"])
    return [first, with_confidence(second, row[second])]


def _with_intervals(dimensions: Sequence[str], row: Row) -> list[Text]:
    """Of each 3.2 above 2.1–4.3; 3.2? in yellow."""
    found = []
    for name in dimensions:
        value, low, high = (row[f"{name}{end}"] for end in ENDS)
        text = f"{value:.1f}{'?' * row['unsure']}\n{low:.1f}–{high:.1f}"
        found.append(Text(text, style="yellow" if row["unsure"] else "default"))
    return found


def _said(row: Row) -> list[str]:
    """The transcript, and what each member of an ensemble answers."""
    said = as_text({name: row[name] for name in ("transcript", "members") if row.get(name)})
    return [f"“{text}”" if name == "transcript" else text for name, text in said.items()]


def _common_folder(paths: Sequence[str]) -> str:
    """The folder that all paths begin with, with its slash; nothing where there is none, or a single path."""
    if len(paths) < 2 or len({os.path.isabs(path) for path in paths}) > 1:  # noqa: PTH117 - text as it was typed
        return ""
    return os.path.join(os.path.commonpath([os.path.dirname(path) for path in paths]), "")  # noqa: PTH118, PTH120


@contextmanager
def timeline_table(_: Columns, to: Path | None) -> Iterator[Callable[[tuple[Path, Timeline]], None]]:
    """One line per decided segment, shown at the end."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("file", overflow="fold")
    table.add_column("from", justify="right", no_wrap=True)
    table.add_column("to", justify="right", no_wrap=True)
    table.add_column("emotion", no_wrap=True)

    def add(item: tuple[Path, Timeline]) -> None:
        path, timeline = item
        for index, stretch in enumerate(timeline.emotion_segments):
            table.add_row(
                Text("" if index else str(path)),
                clock(stretch.start),
                clock(stretch.end),
                with_confidence(stretch.emotion, stretch.confidence, unsure=stretch.unsure),
            )

    try:
        yield add
    finally:
        _show(table, to)


@contextmanager
def rating_timeline_table(columns: Columns, to: Path | None) -> Iterator[Callable[[tuple[Path, RatingTimeline]], None]]:
    """One line per segment of speech with the mean of each dimension, shown at the end; ? marks unsure ones."""
    names = [name for name in columns if f"{name}_low" in columns]
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("file", overflow="fold")
    for name in ("from", "to", *names):
        table.add_column(name, justify="right", no_wrap=True)

    def add(item: tuple[Path, RatingTimeline]) -> None:
        path, timeline = item
        for index, own in enumerate(timeline.rated_segments):
            style = "yellow" if own.unsure else "default"
            means = [Text(f"{own.means[name]:.1f}{'?' * own.unsure}", style=style) for name in names]
            table.add_row(Text("" if index else str(path)), clock(own.start), clock(own.end), *means)

    try:
        yield add
    finally:
        _show(table, to)


def _show(table: Table, to: Path | None) -> None:
    """Print it; into a file as wide as there is room for."""
    if to is None:
        Console(highlight=False).print(table)
    else:
        with to.open("w", encoding="utf-8") as file:
            Console(file=file, width=WIDEST).print(table)


def with_confidence(emotion: str, probability: float, *, unsure: bool = False) -> Text:
    """anger 71 %, or anger? 34 % in yellow."""
    return Text(
        f"{emotion}{'?' * unsure} {probability:.0%}".replace("%", " %"), style="yellow" if unsure else "default"
    )
