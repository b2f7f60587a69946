"""Tables with named columns: CSV, TSV, JSON, JSON Lines, Parquet."""

import csv
import io
import json
import math
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ser_tasks.corpora.text_file import read_text
from ser_tasks.importing.brought import Brought
from ser_tasks.importing.problem import SourceError

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SEPARATED = (".csv", ".tsv", ".tab", ".txt")
SUFFIXES = (*SEPARATED, ".json", ".jsonl", ".ndjson", ".parquet")


def read_table(path: Path) -> Brought:
    """A file of rows; relative paths in it begin at its own folder.

    Raises:
        SourceError: no such table, or rows of another width than its columns
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise SourceError(f"{path}: not a table that is known here; expected one of {', '.join(SUFFIXES)}.")
    format_name, table = reader(path)
    if table.empty:
        raise SourceError(f"{path}: no rows in it. Export the table again.")
    return Brought(format_name, as_text(table), (path.resolve().parent,))


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Every cell as text without blanks around it; empty ones, and those of numbers that are none, are None."""
    columns = {str(name): pd.Series(map(_cell, table[name]), table.index, dtype=object) for name in table}
    return pd.DataFrame(columns, index=table.index)


def _cell(value: Any) -> str | None:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _separated(path: Path) -> tuple[str, pd.DataFrame]:
    text = _text(path)
    first = next(iter(text.splitlines()), "")
    separator = max(SEPARATORS, key=lambda one: len(next(csv.reader([first], delimiter=one), [])))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        lines = [line for line in reader if any(map(str.strip, line))]
    except csv.Error as error:  # not strict, an open quote would swallow the rows behind it
        raise SourceError(
            f"{path}: at line {reader.line_num}: {error}. A field that begins with a quote must end with one, and "
            "quotes inside of it be doubled; is one missing up to that line? Export the table again."
        ) from error
    if not lines:
        raise SourceError(f"{path}: the file is empty. Export the table again.")
    head, *rows = [[cell.strip() for cell in line] for line in lines]
    if is_row := any(
        (path.parent / cell).is_file() for cell in head if cell
    ):  # no line of names: files from the first on
        head, rows = [f"column {i}" for i in range(1, len(head) + 1)], [head, *rows]
    _refuse_repeated(path, head)
    for number, row in enumerate(rows, 1 if is_row else 2):
        if len(row) != len(head):
            raise SourceError(
                f"{path}: row {number} has {len(row)} fields, but there are {len(head)} columns ({', '.join(head)}), "
                f"with a {SEPARATORS[separator]} between them. Put quotes around fields that hold one, or mend the row."
            )
    index = [f"row {number}" for number in range(1 if is_row else 2, len(rows) + (1 if is_row else 2))]
    name = f"table with a {SEPARATORS[separator]} between fields" + (", without a line of names" if is_row else "")
    return name, pd.DataFrame(rows, columns=head, index=index)


def _text(path: Path) -> str:
    """As corpora's own tables, or UTF-16, which Excel calls Unicode text."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-16") if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else read_text(path)
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: begins as UTF-16, and is not: {error}. Export it as UTF-8.") from error
    if "\0" in text:
        raise SourceError(f"{path}: zero bytes in it, so no text in an encoding known here. Export it as UTF-8.")
    return text


def _refuse_repeated(path: Path, head: list[str]) -> None:
    twice = sorted({name for name in head if head.count(name) > 1})
    if twice:
        raise SourceError(f"{path}: the column {twice[0]!r} is there {head.count(twice[0])} times. Rename one of them.")


def _json(path: Path) -> tuple[str, pd.DataFrame]:
    """A list of objects, or an object of them whose keys are names."""
    content = _parsed(path, _text(path))
    if isinstance(content, dict) and content and all(isinstance(value, dict) for value in content.values()):
        return "JSON objects by name", _frame(path, [{"key": key, **value} for key, value in content.items()])
    return "JSON objects", _frame(path, content)


def _json_lines(path: Path) -> tuple[str, pd.DataFrame]:
    return "JSON Lines", _frame(path, [_parsed(path, line) for line in _text(path).split("\n") if line.strip()])


def _parsed(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"{path}: not JSON: {error}. Export it again.") from error


def _frame(path: Path, rows: Any) -> pd.DataFrame:
    if not (isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows)):
        raise SourceError(f"{path}: expected objects with named fields, one for each recording. Export it again.")
    return pd.DataFrame(rows, index=[f"row {number}" for number in range(1, len(rows) + 1)], dtype=object)


def _parquet(path: Path) -> tuple[str, pd.DataFrame]:
    try:
        schema = pq.read_schema(path)
    except pa.ArrowException as error:
        raise SourceError(f"{path}: not Parquet, or not all of it: {error}. Export it again.") from error
    names = [field.name for field in schema if not (_is_nested(field.type))]
    if not names:
        raise SourceError(
            f"{path}: sounds inside Parquet are not read. Write them to files, with a column of their paths."
        )
    table = pq.read_table(path, columns=names).to_pandas()
    return "Parquet", table.set_axis([f"row {number}" for number in range(1, len(table) + 1)])


def _is_nested(kind: Any) -> bool:
    return str(kind).startswith(("struct", "list", "binary", "large_binary", "map"))


_READERS: dict[str, Callable[[Path], tuple[str, pd.DataFrame]]] = {
    **dict.fromkeys(SEPARATED, _separated),
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
}
