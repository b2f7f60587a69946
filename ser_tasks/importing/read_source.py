"""What lies at a path, and the reader of it."""

from pathlib import Path

import pandas as pd

from ser_tasks.importing.brought import Brought, Taken
from ser_tasks.importing.problem import SourceError
from ser_tasks.importing.read_audformat import HEADER, read_audformat
from ser_tasks.importing.read_emobox import has_folds, read_emobox
from ser_tasks.importing.read_names import read_names
from ser_tasks.importing.read_table import SUFFIXES, read_table
from ser_tasks.importing.told import Told
from ser_tasks.importing.values import PARTS

METADATA = tuple(f"metadata{suffix}" for suffix in (".csv", ".jsonl", ".parquet"))  # of Hugging Face's audiofolder

PROSE = ("readme", "license", "licence", "citation", "changelog", "about")  # .txt beside the sounds, no table


def read_source(path: Path, told: Told) -> Brought:
    """The rows of a table, a database, or a folder.

    Raises:
        SourceError: nothing there, or nothing that is known here; or an option that it has no use for
    """
    found = _read(path, told)
    if told.encoding is not None and found.encoding is None:
        raise SourceError(f"--encoding {told.encoding}: {path} is no table of text ({found.format}). Leave it out.")
    return found


def _read(path: Path, told: Told) -> Brought:
    if told.table and path.exists() and path.name != HEADER and not (path / HEADER).is_file():
        raise SourceError(
            f"--table {' --table '.join(told.table)}: chooses among the tables of an audformat database, and "
            f"{path} is none (no {HEADER}). Leave it out, or give the database."
        )
    if path.is_file():
        return read_audformat(path.parent, told) if path.name == HEADER else read_table(path, told)
    if not path.is_dir():
        raise SourceError(f"{path}: no such file or folder. Give a table, a database, or a folder of sounds.")
    if (path / HEADER).is_file():
        return read_audformat(path, told)
    if has_folds(path):
        return read_emobox(path)
    if metadata := _metadata(path):
        return _audiofolder(path, metadata, told)
    tables = [
        file
        for file in sorted(path.iterdir())
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.stem.lower() not in PROSE
    ]
    if told.pattern is None and len(tables) == 1:
        return read_table(tables[0], told)
    try:
        return read_names(path, told)
    except SourceError as error:
        if told.pattern is not None or not tables:
            raise
        named = ", ".join(table.name for table in tables)
        raise SourceError(f"{error} Or give one of the tables in it: {named}.") from error


def _metadata(folder: Path) -> list[Path]:
    """Of the folder itself, or of each of its parts."""
    places = [folder, *sorted(child for child in folder.iterdir() if child.is_dir())]
    return [place / name for place in places for name in METADATA if (place / name).is_file()]


def _audiofolder(folder: Path, metadata: list[Path], told: Told) -> Brought:
    """Hugging Face's audiofolder: `file_name` is relative to its table; folders called train, test ... are a split."""
    tables, read = [], [read_table(file, told) for file in metadata]
    for file, one in zip(metadata, read, strict=True):
        table, place = one.table, file.parent.relative_to(folder)
        if "file_name" not in table:
            raise SourceError(
                f"{file}: no column file_name, which audiofolder wants. Columns: {', '.join(table.columns)}."
            )
        table["file_name"] = table.file_name.map(lambda name, place=place: name and (place / name).as_posix())
        tables.append(table.set_axis([f"{(place / file.name).as_posix()} {row}" for row in table.index]))
    table = pd.concat(tables).astype(object)
    table = table.where(table.notna(), None)
    roles = {"path": Taken("file_name", "audiofolder says so")}
    parts = table.file_name.map(lambda name: PARTS.get(name.split("/")[0].lower()) if name else None)
    if parts.notna().all() and "split" not in table:
        table["folder"], roles["split"] = parts, Taken("folder", "the folders are called so")
    notes = tuple(note for one in read for note in one.notes)
    encoding = next((one.encoding for one in read if one.encoding), None)
    name = "audiofolder of Hugging Face"
    return Brought(name, table, (folder.resolve(),), roles=roles, notes=notes, encoding=encoding)
