"""What `ser predict` can write: one entry for each format, by name and by the ending of the file.

Tables are written row by row: what is written stays, whatever happens to the next row.
"""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from pipelines.display.predictions import prediction_table, rating_timeline_table, timeline_table
from ser_tasks.bundles.dimensions.card import AnyCard, DimensionCard
from ser_tasks.bundles.inference.files import Columns, Row, as_text, rated_window_rows, window_rows
from ser_tasks.bundles.inference.rating_timeline import RatingTimeline
from ser_tasks.bundles.inference.text_grid import emotion_grid, rating_grid
from ser_tasks.bundles.inference.timeline import Timeline, audacity_lines, rttm_lines
from ser_tasks.errors import UserError

GROUP = 1_000  # rows of Parquet that are held before they are written
DIGITS = 6

Write: TypeAlias = Callable[[Row], None]


@contextmanager
def csv_rows(columns: Columns, to: Path | None) -> Iterator[Write]:
    """One line per row, below a line of names; to standard output if `to` is None."""
    with _opened(to) as file:
        writer = csv.DictWriter(file, list(columns), lineterminator="\n")
        writer.writeheader()

        def write(row: Row) -> None:
            writer.writerow(as_text(row))
            file.flush()

        yield write


@contextmanager
def json_lines(columns: Columns, to: Path | None) -> Iterator[Write]:
    """One object per line, the columns its keys."""
    with _opened(to) as file:

        def write(row: Row) -> None:
            values = {name: _rounded(row[name]) for name in columns}
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
            file.flush()

        yield write


@contextmanager
def parquet_rows(columns: Columns, to: Path | None) -> Iterator[Write]:
    """Row groups of GROUP rows; the file can be read once it is closed, which Ctrl-C does too."""
    import pyarrow as pa  # noqa: PLC0415 - takes a while, and few want it
    import pyarrow.parquet as pq  # noqa: PLC0415

    kinds = {
        "text": pa.string(),
        "number": pa.float64(),
        "share": pa.float64(),
        "count": pa.int32(),
        "flag": pa.bool_(),
        "texts": pa.list_(pa.string()),
        "members": pa.map_(pa.string(), pa.map_(pa.string(), pa.float64())),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    target: Any = to or sys.stdout.buffer
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        held: list[Row] = []

        def write(row: Row | None) -> None:
            if row is not None:
                held.append(row)
            if len(held) >= (GROUP if row is not None else 1):
                rows = [{name: _pairs(value) for name, value in one.items()} for one in held]
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                held.clear()

        try:
            yield write
        finally:
            write(None)


def _pairs(value: Any) -> Any:
    """A mapping as Arrow takes it: a list of pairs."""
    return [(name, _pairs(own)) for name, own in value.items()] if isinstance(value, Mapping) else value


@contextmanager
def text_lines(columns: Columns, to: Path | None) -> Iterator[Callable[[str], None]]:
    """Lines as they are; the columns are not used."""
    with _opened(to) as file:
        yield lambda line: print(line, file=file, flush=True)


@contextmanager
def annotation_lines(columns: Columns, to: Path | None) -> Iterator[Callable[[str], None]]:
    """The same, but never over a file that is there: it may be one that was corrected by hand."""
    if to is not None and to.exists():
        raise UserError(f"{to}: is there, and may have been corrected by hand. Name another file, or delete it.")
    with text_lines(columns, to) as write:
        yield write


@contextmanager
def _opened(to: Path | None) -> Iterator[IO[str]]:
    if to is None:
        yield sys.stdout
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("w", encoding="utf-8", newline="") as file:
        yield file


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(own) for name, own in value.items()}
    return round(value, DIGITS) if isinstance(value, float) else value


Opened = Callable[[Columns, Path | None], AbstractContextManager[Callable[[Any], None]]]
Items = Callable[[Path, Any], Iterable[Any]]  # (recording, its Timeline or RatingTimeline)


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


@contextmanager
def _curves(columns: Columns, to: Path | None) -> Iterator[Callable[[tuple[Path, RatingTimeline]], None]]:
    if to is None:
        raise UserError("a picture cannot be printed. Name a file: --to timeline.png")
    dimensions = tuple(name for name in columns if f"{name}_low" in columns)

    def write(item: tuple[Path, RatingTimeline]) -> None:
        from ser_tasks.plots.rating_timeline import draw_rating_timeline  # noqa: PLC0415 - loads matplotlib

        draw_rating_timeline(item[1], dimensions, title=item[0].name, to=to)

    yield write


ANSWERS: dict[str, Opened] = {
    "table": prediction_table,
    "csv": csv_rows,
    "jsonl": json_lines,
    "parquet": parquet_rows,
}
TIMELINES: dict[str, TimelineFormat] = {
    "table": TimelineFormat(timeline_table, lambda path, timeline: [(path, timeline)], many=True),
    "csv": TimelineFormat(csv_rows, window_rows, many=True),
    "jsonl": TimelineFormat(json_lines, window_rows, many=True),
    "parquet": TimelineFormat(parquet_rows, window_rows, many=True),
    "rttm": TimelineFormat(
        text_lines, lambda path, timeline: rttm_lines(timeline.emotion_segments, name=path.stem), many=True
    ),
    "labels": TimelineFormat(text_lines, lambda _, timeline: audacity_lines(timeline.emotion_segments), many=False),
    "textgrid": TimelineFormat(annotation_lines, lambda _, timeline: emotion_grid(timeline), many=False),
    "picture": TimelineFormat(_picture, lambda path, timeline: [(path, timeline)], many=False),
}
RATING_TIMELINES: dict[str, TimelineFormat] = {
    "table": TimelineFormat(rating_timeline_table, lambda path, timeline: [(path, timeline)], many=True),
    "csv": TimelineFormat(csv_rows, rated_window_rows, many=True),
    "jsonl": TimelineFormat(json_lines, rated_window_rows, many=True),
    "parquet": TimelineFormat(parquet_rows, rated_window_rows, many=True),
    "textgrid": TimelineFormat(annotation_lines, lambda _, timeline: rating_grid(timeline), many=False),
    "picture": TimelineFormat(_curves, lambda path, timeline: [(path, timeline)], many=False),
}
ENDINGS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".rttm": "rttm",
    ".txt": "labels",
    ".textgrid": "textgrid",
    ".png": "picture",
    ".svg": "picture",
    ".pdf": "picture",
}


@dataclass(frozen=True)
class Output:
    """A file, or standard output (None), and the name of its format."""

    to: Path | None
    format: str


def timeline_formats(card: AnyCard) -> Mapping[str, TimelineFormat]:
    """Of emotions, or of ratings over time."""
    return RATING_TIMELINES if isinstance(card, DimensionCard) else TIMELINES


def outputs(files: Sequence[Path], named: str | None, known: Mapping[str, object]) -> list[Output]:
    """The outputs of a command line: the files, each in the format of its ending; or standard output.

    Args:
        files: of --to
        named: of --format, which is stronger than any ending
        known: ANSWERS, or the formats of timelines

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
    only = ""
    if found in TIMELINES:
        only = " That is for --timeline." if known is ANSWERS else " It holds emotions, which this bundle has none of."
    raise UserError(
        f"{f'--to {to}' if to else '--format'}: {found!r} is no known format.{only} Expected --format "
        f"{', '.join(known)}; or --to a file that ends in {endings}."
    )
