"""Tables written row by row: CSV, JSON Lines, Parquet. What is written stays, whatever happens to the next row."""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeAlias

from ser_tasks.bundles.inference.files import Columns, Row, as_text

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
    """Row groups of GROUP; the file can be read once it is closed, as it is on Ctrl-C too."""
    import pyarrow as pa  # noqa: PLC0415 - takes a while, and few want it
    import pyarrow.parquet as pq  # noqa: PLC0415

    kinds = {
        "text": pa.string(),
        "number": pa.float64(),
        "share": pa.float64(),
        "count": pa.int32(),
        "flag": pa.bool_(),
        "texts": pa.list_(pa.string()),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    target: Any = to or sys.stdout.buffer
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        held: list[Row] = []

        def write(row: Row | None) -> None:
            if row is not None:
                held.append(row)
            if len(held) >= (GROUP if row is not None else 1):
                writer.write_table(pa.Table.from_pylist(held, schema=schema))
                held.clear()

        try:
            yield write
        finally:
            write(None)


@contextmanager
def text_lines(columns: Columns, to: Path | None) -> Iterator[Callable[[str], None]]:
    """Lines as they are; the columns are those of others."""
    with _opened(to) as file:
        yield lambda line: print(line, file=file, flush=True)


@contextmanager
def _opened(to: Path | None) -> Iterator[IO[str]]:
    if to is None:
        yield sys.stdout
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("w", encoding="utf-8", newline="") as file:
        yield file


def _rounded(value: Any) -> Any:
    return round(value, DIGITS) if isinstance(value, float) else value
