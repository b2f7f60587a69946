"""Tables with named columns: CSV, TSV, JSON, JSON Lines, Parquet; whether the first line names them."""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.encoding import decode
from ser_tasks.corpora.importing.locate import is_there
from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.source_table import SEPARATOR, SourceError, SourceTable
from ser_tasks.corpora.vocabulary import class_of, plain

WORDS = {*COLUMN_NAMES["transcript"].split()}
KNOWN = {name for names in COLUMN_NAMES.values() for name in names.split()}
Line = Sequence[str]

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
STATED = re.compile(r"sep=([,;\t|])\r?\n?", re.IGNORECASE)  # a first line for Excel
SEPARATED = (".csv", ".tsv", ".tab", ".txt")
Read = tuple[str, pd.DataFrame, list[str]]  # the format, for people; the rows; columns that are not read
Folders = Sequence[Path]
TABLE_SUFFIXES = (*SEPARATED, ".json", ".jsonl", ".ndjson", ".parquet")


def is_row(first: Line, others: Sequence[Line], folders: Sequence[Path]) -> bool:
    """Whether a cell of it is a sound, or the path of one, or an emotion above others.

    Args:
        first: cells of the first line
        others: of the lines below it
        folders: that paths may begin at
    """
    if list(first) == [str(place) for place in range(len(first))]:  # as pandas numbers columns without names
        return False
    below = [[line[place] for line in others if place < len(line)] for place in range(len(first))]
    return any(_is_value(cell, column, folders) for cell, column in zip(first, below, strict=True) if cell)


def _is_value(cell: str, below: Sequence[str], folders: Sequence[Path]) -> bool:
    if plain(cell) in KNOWN:
        return False
    return _ending(cell) in SUFFIXES or _is_label(cell, below) or _is_path(cell, below) or is_there(cell, folders)


def _ending(cell: str) -> str:
    return PurePosixPath(cell.replace("\\", "/")).suffix.lower()


def _is_label(cell: str, below: Sequence[str]) -> bool:
    """An emotion, and most of those below it are; the name of a column of soft labels stands above numbers.

    One that is all that stands below it is a choice: a column of its own, with its word where it was chosen.
    """
    if {value for value in below if value} == {cell}:
        return False
    return class_of(cell) is not None and 2 * sum(class_of(value) is not None for value in below) > len(below)


def _is_path(cell: str, below: Sequence[str]) -> bool:
    """As many folders as in each path below it."""
    return bool(below) and _depth(cell) > 0 and all(_depth(value) == _depth(cell) for value in below)


def _depth(cell: str) -> int:
    return cell.replace("\\", "/").count("/")


def read_table(path: Path, given: ImportOptions | None = None) -> SourceTable:
    """A file of rows; relative paths in it begin at its own folder.

    Args:
        path: the file
        given: of which the encoding and the folder of the sounds count here

    Raises:
        SourceError: no such table, or rows of another width than its columns
    """
    suffix, folder = path.suffix.lower(), path.resolve().parent
    if suffix not in TABLE_SUFFIXES:
        raise SourceError(
            f"{path}: not a table that is known here; expected one of {', '.join(TABLE_SUFFIXES)}, or "
            "annotations (docs/import.md). Export it as one of these."
        )
    decoded = None if suffix == ".parquet" else decode(path, given.encoding if given else None)
    if decoded is None:
        format_name, table, unread = _parquet(path)
    else:
        audio = [Path(given.audio).expanduser()] if given and given.audio else []
        format_name, table, unread = _READERS[suffix](path, decoded.text, (*audio, folder))
    if table.empty:
        raise SourceError(f"{path}: no rows in it. Export the table again.")
    notes = (f"columns of lists and structures are not read: {some(unread)}",) if unread else ()
    if decoded is None or decoded.encoding is None:
        return SourceTable(format_name, as_text(table), (folder,), notes=notes, separator=separator_of(table))
    name, notes = f"{format_name}, {decoded.encoding}", (*notes, *([decoded.note] if decoded.note else []))
    return SourceTable(name, as_text(table), (folder,), notes=notes, encoding=decoded.encoding)


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Every cell as text without blanks around it; empty ones, and those of numbers that are none, are None."""
    columns = dict[str, pd.Series]()
    for name in table:
        between = " " if plain(str(name)) in WORDS else SEPARATOR
        columns[str(name)] = pd.Series([_cell(own, between) for own in table[name]], table.index, dtype=object)
    return pd.DataFrame(columns, index=table.index)


def separator_of(table: pd.DataFrame) -> str | None:
    """What parts the labels in a cell, if some cells are lists, but for the words of a transcript."""
    columns = [table[name] for name in table if plain(str(name)) not in WORDS]
    return SEPARATOR if any(isinstance(own, list) for column in columns for own in column) else None


def _cell(value: Any, separator: str) -> str | None:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, list):  # of words, such as the labels of several raters
        value = separator.join(str(own) for own in value if own is not None)
    return str(value).strip() or None


def _separated(path: Path, text: str, folders: Folders) -> Read:
    first = next(iter(text.splitlines()), "")
    separator = max(SEPARATORS, key=lambda one: len(next(csv.reader([first], delimiter=one), [])))
    if stated := STATED.match(text):
        separator, text = stated[1], text[stated.end() :]
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
    head, *rows = _without_empty([[cell.strip() for cell in line] for line in lines])
    if nameless := is_row(head, rows, folders):
        head, rows = [f"column {i}" for i in range(1, len(head) + 1)], [head, *rows]
    again = [[cell.lstrip("\ufeff") for cell in row] == head for row in rows] if not nameless else []
    _refuse_repeated(path, head)
    first_row = 1 if nameless else 2
    for number, row in enumerate(rows, first_row):
        if len(row) != len(head):
            raise SourceError(
                f"{path}: row {number} has {len(row)} fields, but there are {len(head)} columns ({', '.join(head)}), "
                f"with a {SEPARATORS[separator]} between them. Put quotes around fields that hold one, or fix the row."
            )
    index = [f"row {number}" for number in range(first_row, len(rows) + first_row)]
    called = f", without a line of names (column 1 to {len(head)})" if nameless else ""
    if any(again):  # of tables that were written one behind the other
        called = f", its line of names {1 + sum(again)} times"
    name = f"table with a {SEPARATORS[separator]} between fields{called}"
    table = pd.DataFrame(rows, columns=head, index=index)
    return name, table[~np.array(again, bool)] if any(again) else table, []


def _without_empty(lines: list[list[str]]) -> list[list[str]]:
    """Without the columns at the right that have no name and no value, as spreadsheets export them."""
    width = max(place for line in lines for place, cell in enumerate(line, 1) if cell)
    return [line[:width] for line in lines]


def _refuse_repeated(path: Path, head: list[str]) -> None:
    twice = sorted({name for name in head if head.count(name) > 1})
    if twice:
        raise SourceError(f"{path}: the column {twice[0]!r} is there {head.count(twice[0])} times. Rename one of them.")


def _json(path: Path, text: str, _: Folders) -> Read:
    """A list of objects, or an object of them whose keys are names, or one that holds such a list; or JSON Lines."""
    if "\n" in text.strip() and _is_object(text.strip().partition("\n")[0]):  # as manifests of NeMo are
        return _json_lines(path, text, _)
    content = _parsed(path, text)
    if isinstance(content, dict) and len(lists := [name for name, own in content.items() if _is_rows(own)]) == 1:
        return f"JSON objects under {lists[0]!r}", *_frame(path, content[lists[0]])
    if isinstance(content, dict) and len(lists) > 1:
        raise SourceError(
            f"{path}: lists of objects under {some(lists)}. Expected one: write each to a file of its own."
        )
    if isinstance(content, dict) and content and all(isinstance(value, dict) for value in content.values()):
        return "JSON objects by name", *_frame(path, [{"key": key, **value} for key, value in content.items()])
    return "JSON objects", *_frame(path, content)


def _json_lines(path: Path, text: str, _: Folders) -> Read:
    return "JSON Lines", *_frame(path, [_parsed(path, line) for line in text.split("\n") if line.strip()])


def _parsed(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"{path}: not JSON: {error}. Export it again.") from error


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _is_rows(content: Any) -> bool:
    return isinstance(content, list) and bool(content) and all(isinstance(row, dict) for row in content)


def _frame(path: Path, rows: Any) -> tuple[pd.DataFrame, list[str]]:
    """The rows, fields of an object in them as columns OBJECT.FIELD; and names of what is nested deeper."""
    if not _is_rows(rows):
        raise SourceError(f"{path}: expected objects with named fields, one for each recording. Export it again.")
    flat, unread = [], dict[str, None]()
    for row in rows:
        cells = {name: own for name, own in row.items() if not isinstance(own, dict)}
        for name, own in row.items():
            cells |= {f"{name}.{field}": value for field, value in own.items()} if isinstance(own, dict) else {}
        nested = [name for name, own in cells.items() if isinstance(own, list | dict) and not are_words(own)]
        unread |= dict.fromkeys(nested)
        flat.append(cells)
    table = pd.DataFrame(flat, index=[f"row {number}" for number in range(1, len(rows) + 1)], dtype=object)
    return table.drop(columns=[*unread]), [*unread]


def are_words(own: Any) -> bool:
    """Such as the labels of several raters, some of whom gave none."""
    return isinstance(own, list) and all(word is None or isinstance(word, str) for word in own)


def _parquet(path: Path) -> Read:
    """The format, its plain columns, and the names of the others."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise _broken(path, error) from error
    names = [field.name for field in schema if not (_is_nested(field.type))]
    if not names:
        raise SourceError(f"{path}: every column of it is a list or a structure. Write plain columns.")
    try:
        table = pq.read_table(path, columns=names).to_pandas(integer_object_nulls=True)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:  # the last two: what pandas wrote beside it
        raise _broken(path, error) from error
    table = with_names_of_classes(table, features_of((schema.metadata or {}).get(b"huggingface")))
    unread = [field.name for field in schema if field.name not in names]
    return "Parquet", table.set_axis([f"row {number}" for number in range(1, len(table) + 1)]), unread


def features_of(stated: bytes | None) -> Mapping[str, Any]:
    """What the library datasets of Hugging Face writes of the columns beside them; nothing, where it is another's."""
    try:
        content = json.loads(stated or b"{}")
        return dict(content["info"]["features"])
    except (ValueError, KeyError, TypeError):
        return {}


def with_names_of_classes(table: pd.DataFrame, features: Mapping[str, Any]) -> pd.DataFrame:
    """Numbers of classes as their names; -1, which stands for no class, as an empty cell.

    Args:
        table: rows
        features: of its columns, see `features_of`
    """
    for name, kind in features.items():
        names = kind.get("names") if isinstance(kind, dict) and kind.get("_type") == "ClassLabel" else None
        if names and name in table:
            words = dict(enumerate(names)) | {-1: None}
            table = table.assign(**{name: [words.get(value, value) for value in table[name]]})
    return table


def _broken(path: Path, error: Exception) -> SourceError:
    return SourceError(f"{path}: not Parquet, or not all of it: {error}. Export it again.")


def _is_nested(kind: Any) -> bool:
    return str(kind).startswith(("struct", "list", "binary", "large_binary", "map"))


_READERS: dict[str, Callable[[Path, str, Folders], Read]] = {  # of text
    **dict.fromkeys(SEPARATED, _separated),
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
}
