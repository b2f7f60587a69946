"""What `ser predict` can write: one entry for each format, by name and by the ending of the file."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.commands.row_files import csv_rows, json_lines, parquet_rows, text_lines
from pipelines.display.predictions import answer_table, timeline_table
from ser_tasks.bundles.inference.rows import Columns, moment_rows
from ser_tasks.bundles.inference.segments_files import audacity_lines, rttm_lines
from ser_tasks.bundles.inference.timeline import Timeline
from ser_tasks.errors import UserError

Opened = Callable[[Columns, Path | None], AbstractContextManager[Callable[[Any], None]]]
Items = Callable[[Path, Timeline], Iterable[Any]]


@dataclass(frozen=True)
class TimelineFormat:
    """How timelines are written.

    Attributes:
        opened: (columns, file or None for standard output) -> what takes the items, one by one
        items: of one recording
        many: several recordings can stand in one file
    """

    opened: Opened
    items: Items
    many: bool


@contextmanager
def _picture(columns: Columns, to: Path | None) -> Iterator[Callable[[tuple[Path, Timeline]], None]]:
    if to is None:
        raise UserError("a picture cannot be printed. Name a file: --to timeline.png")
    classes = tuple(name for name, kind in columns.items() if kind == "share")

    def write(item: tuple[Path, Timeline]) -> None:
        from ser_tasks.plots.timeline import draw_timeline  # noqa: PLC0415 - loads matplotlib

        draw_timeline(item[1], classes, title=item[0].name, to=to)

    yield write


ANSWERS: dict[str, Opened] = {
    "table": answer_table,
    "csv": csv_rows,
    "jsonl": json_lines,
    "parquet": parquet_rows,
}
TIMELINES: dict[str, TimelineFormat] = {
    "table": TimelineFormat(timeline_table, lambda path, timeline: [(path, timeline)], many=True),
    "csv": TimelineFormat(csv_rows, moment_rows, many=True),
    "jsonl": TimelineFormat(json_lines, moment_rows, many=True),
    "parquet": TimelineFormat(parquet_rows, moment_rows, many=True),
    "rttm": TimelineFormat(
        text_lines, lambda path, timeline: rttm_lines(timeline.stretches, name=path.stem), many=True
    ),
    "labels": TimelineFormat(text_lines, lambda _, timeline: audacity_lines(timeline.stretches), many=False),
    "picture": TimelineFormat(_picture, lambda path, timeline: [(path, timeline)], many=False),
}
ENDINGS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".rttm": "rttm",
    ".txt": "labels",
    ".png": "picture",
    ".svg": "picture",
    ".pdf": "picture",
}


@dataclass(frozen=True)
class Output:
    """A file, or standard output (None), and the name of its format."""

    to: Path | None
    format: str


def outputs(files: Sequence[Path], named: str | None, known: Mapping[str, object]) -> list[Output]:
    """What was asked for: the files, each in the format of its ending; or standard output.

    Args:
        files: of --to
        named: of --format, which is stronger than any ending
        known: ANSWERS or TIMELINES

    Raises:
        UserError: a format that is none of `known`
    """
    otherwise = "table" if sys.stdout.isatty() else "csv"
    wanted: Sequence[Path | None] = files or [None]
    return [Output(to, _known(to, named or (_ending(to) if to else otherwise), known)) for to in wanted]


def _ending(to: Path) -> str:
    return ENDINGS.get(to.suffix.lower(), to.suffix or to.name)


def _known(to: Path | None, found: str, known: Mapping[str, object]) -> str:
    if found in known:
        return found
    endings = ", ".join(ending for ending, name in ENDINGS.items() if name in known)
    only = " That is for --timeline." if found in TIMELINES else ""
    raise UserError(
        f"{f'--to {to}' if to else '--format'}: {found!r} is no format here.{only} Expected --format "
        f"{', '.join(known)}; or --to a file that ends in {endings}."
    )
