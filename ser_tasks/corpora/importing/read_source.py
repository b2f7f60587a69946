"""What lies at a path, and the reader of it."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ser_tasks.corpora.finding import some
from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.problem import SourceError
from ser_tasks.corpora.importing.read_audformat import HEADER, read_audformat
from ser_tasks.corpora.importing.read_emobox import has_folds, read_emobox
from ser_tasks.corpora.importing.read_msp_podcast import as_msp_podcast, find_msp_podcast, is_msp_podcast
from ser_tasks.corpora.importing.read_names import read_names
from ser_tasks.corpora.importing.read_table import SUFFIXES, read_table
from ser_tasks.corpora.importing.source_table import ColumnChoice, SourceTable
from ser_tasks.corpora.importing.values import PARTS

METADATA = tuple(f"metadata{suffix}" for suffix in (".csv", ".jsonl", ".parquet"))  # of Hugging Face's audiofolder

KINDS = sorted(SUFFIXES, key=lambda suffix: (suffix in (".json", ".txt"), SUFFIXES.index(suffix)))
DEEP = 4  # parts of the path of a table below the folder that is given
PROSE = ("readme", "license", "licence", "citation", "changelog", "about")  # .txt beside the sounds, no table


def read_source(path: Path, given: ImportOptions) -> SourceTable:
    """The rows of a table, a database, or a folder.

    Raises:
        SourceError: nothing there, or nothing that is known here; or an option that it has no use for
    """
    found = _read(path, given)
    if given.encoding is not None and found.encoding is None:
        raise SourceError(f"--encoding {given.encoding}: {path} is no table of text ({found.format}). Leave it out.")
    return found


def _read(path: Path, given: ImportOptions) -> SourceTable:
    if given.table and path.exists() and path.name != HEADER and not (path / HEADER).is_file():
        raise SourceError(
            f"--table {' --table '.join(given.table)}: chooses among the tables of an audformat database, and "
            f"{path} is none (no {HEADER}). Leave it out, or give the database."
        )
    if path.is_file():
        folder = path.resolve().parent
        return read_audformat(folder, given) if path.name == HEADER else _table(path, folder.parent, given)
    if not path.is_dir():
        raise SourceError(f"{path}: no such file or folder. Give a table, a database, or a folder of sounds.")
    return _folder(path, given)


def _folder(path: Path, given: ImportOptions) -> SourceTable:
    if (path / HEADER).is_file():
        return read_audformat(path, given)
    if has_folds(path):
        return read_emobox(path)
    if metadata := _metadata(path):
        return _audiofolder(path, metadata, given)
    tables = _tables(path.iterdir())
    if labels := find_msp_podcast(path) or (tables[0] if given.pattern is None and len(tables) == 1 else None):
        return _table(labels, path, given)
    return _names(path, given, tables)


def _names(path: Path, given: ImportOptions, tables: list[Path]) -> SourceTable:
    """The sounds of the folder; where their names do not say enough, a table in it might."""
    below = tables or _tables(file for file in path.rglob("*") if len(file.relative_to(path).parts) <= DEEP)
    try:
        found = read_names(path, given)
    except SourceError as error:
        if given.pattern is not None or not below:
            raise
        raise SourceError(f"{error} Or did you mean a table that is in it: {some(list(map(str, below)))}?") from error
    unread = [f"tables in the folder are not read: {some(list(map(str, below)))}"] if below else []
    return replace(found, notes=(*found.notes, *unread))


def _tables(files: Iterable[Path]) -> list[Path]:
    """Those that may hold rows: not prose, not hidden; the kinds of tables that people write most first."""
    kept = [file for file in files if file.suffix.lower() in SUFFIXES and file.stem.lower() not in PROSE]
    shown = [file for file in kept if not file.name.startswith(".") and file.is_file()]
    named = [file for file in shown if file.suffix.lower() != ".txt"]  # else transcripts, perhaps of each sound
    return sorted(named or shown, key=lambda file: (KINDS.index(file.suffix.lower()), file))


def _table(path: Path, folder: Path, given: ImportOptions) -> SourceTable:
    """A table, or one that a corpus is known by, whose sounds are below a folder."""
    source = read_table(path, given)
    return as_msp_podcast(source, folder, given) if is_msp_podcast(source) else source


def _metadata(folder: Path) -> list[Path]:
    """Of the folder itself, or of each of its parts."""
    places = [folder, *sorted(child for child in folder.iterdir() if child.is_dir())]
    return [place / name for place in places for name in METADATA if (place / name).is_file()]


def _audiofolder(folder: Path, metadata: list[Path], given: ImportOptions) -> SourceTable:
    """Hugging Face's audiofolder: `file_name` is relative to its table; folders called train, test ... are a split."""
    tables, read = [], [read_table(file, given) for file in metadata]
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
    roles = {"path": ColumnChoice("file_name", "audiofolder says so")}
    parts = table.file_name.map(lambda name: PARTS.get(name.split("/")[0].lower()) if name else None)
    if parts.notna().all() and "split" not in table:
        table["folder"], roles["split"] = parts, ColumnChoice("folder", "the folders are called so")
    notes = tuple(note for one in read for note in one.notes)
    encoding = next((one.encoding for one in read if one.encoding), None)
    name = "audiofolder of Hugging Face"
    return SourceTable(name, table, (folder.resolve(),), roles=roles, notes=notes, encoding=encoding)
