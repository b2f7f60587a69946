"""Files of an audformat database: which are read, and labels and ratings as they stand in them.

Source: https://audeering.github.io/audformat/ (1.4.3)
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
import pyarrow.parquet as pq
import yaml

from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.source_table import NOBODY, SourceError
from ser_tasks.corpora.vocabulary import plain

if TYPE_CHECKING:
    from audformat import Database

Place: TypeAlias = tuple[str, str]  # a table, and a column of it

HEADER = "db.yaml"
INSTALL = "make setup-all"
OUTCOME, MACHINE = "vote", "machine"  # types of raters: one that stands for several, one that is no person


def table_files(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """The file of each table, Parquet before CSV, and a note of those that are missing.

    Pickles, which the library would read before both, are none: reading one runs what is in it.

    Raises:
        SourceError: a table that is there as a pickle alone, or one missing that labels are looked up in
    """
    try:
        header = yaml.safe_load((folder / HEADER).read_text(encoding="utf-8"))
        stated = [name for kind in ("misc_tables", "tables") for name in header.get(kind) or ()]
        looked_up = {str((scheme or {}).get("labels")) for scheme in (header.get("schemes") or {}).values()}
    except (OSError, ValueError, AttributeError, TypeError, yaml.YAMLError) as error:
        raise SourceError(f"{folder / HEADER}: not the header of a database: {error}. Restore it.") from error
    files = {name: file for name in stated if (file := _file_of(folder, name))}
    missing = [name for name in stated if name not in files]
    if pickled := [name for name in missing if (folder / f"db.{name}.pkl").exists()]:
        raise SourceError(
            f"{folder / f'db.{pickled[0]}.pkl'}: a pickle, which may run anything when it is read; expected .parquet "
            "or .csv. If you trust it, let audformat write the database anew: "
            'audformat.Database.load(FOLDER).save(FOLDER, storage_format="parquet")'
        )
    if needed := sorted(looked_up & set(missing)):
        raise SourceError(
            f"{folder / f'db.{needed[0]}.parquet'} (or .csv): no such file, but labels of the database stand in it. "
            "Restore it; audb.load gets it with the tables that need it."
        )
    if not missing:
        return files, []
    return files, [f"the header names tables that are not here: {', '.join(missing)}; what they hold is not read"]


def _file_of(folder: Path, table: str) -> Path | None:
    files = (folder / f"db.{table}.{ending}" for ending in ("parquet", "csv"))
    return next((file for file in files if file.exists()), None)


def load_database(folder: Path, files: Mapping[str, Path]) -> "Database":
    """The database with these tables alone, read from these files alone."""
    try:
        import audformat  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SourceError(f"{folder / HEADER}: audformat is not installed. Install it: {INSTALL}") from error
    try:
        with TemporaryDirectory(prefix="ser-audformat-") as place:
            for file in (folder / HEADER, *files.values()):
                (Path(place) / file.name).symlink_to(file.resolve())
            database = audformat.Database.load(place)
            database.drop_tables([name for name in (*database.tables, *database.misc_tables) if name not in files])
            for name in files:
                _ = database[name].df  # reads it
    except Exception as error:  # whatever it stumbles over is in the files
        raise SourceError(f"{folder / HEADER}: audformat cannot read it: {error}. Restore the database.") from error
    return database


def labels_of(database: "Database", place: Place, file: Path) -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
    """Labels of all rows, None where there is none; and those that the scheme does not have.

    The library reads a label outside of the scheme as none, without a word (1.4.3): such cells are taken as they stand.
    """
    table, column = place
    labels = over_segments(database[table][column].get())
    stated = pd.Series(_cells(file, column), index=labels.index, dtype=object)
    outside = labels.isna() & stated.notna()
    return labels.where(~outside, stated), stated[outside]


def _cells(file: Path, column: str) -> list[str | None]:
    """One column as text; None where nothing stands."""
    if file.suffix == ".csv":
        cells = pd.read_csv(file, usecols=[column], dtype=str, keep_default_na=False)[column]
    else:
        cells = pq.read_table(file, columns=[column]).to_pandas()[column]
    return [None if pd.isna(cell) or str(cell).strip().lower() in NOBODY else str(cell) for cell in cells]


def over_segments(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Over files and times, whole files too."""
    import audformat  # noqa: PLC0415

    segments: pd.Series[Any] = values.set_axis(audformat.utils.to_segmented_index(values.index)).astype(object)
    return segments


def of_whole_files(index: pd.Index) -> Any:
    """Which of some segments are from the beginning to an end that is not stated."""
    starts, ends = (index.get_level_values(name) for name in ("start", "end"))
    return ends.isna() & (starts == pd.Timedelta(0))


def texts_of(database: "Database", column: str) -> dict[str, str]:
    """The words that a scheme states for labels of transcripts: in the language of the database, else the first."""
    if plain(column) not in COLUMN_NAMES["transcript"].split():
        return {}
    named = [
        own.scheme_id for table in database.tables.values() for name, own in table.columns.items() if name == column
    ]
    stated = [database.schemes[scheme].labels for scheme in (*named, column) if scheme in database.schemes]
    texts = dict[str, str]()
    for labels in stated:
        for label, about in labels.items() if isinstance(labels, dict) else ():
            by_language = about if isinstance(about, dict) else {"": about}
            codes = [*(code for language in database.languages for code in (language, language[:2])), *by_language]
            if words := [by_language[code] for code in codes if isinstance(by_language.get(code), str)]:
                texts.setdefault(str(label), words[0])
    return texts


def ratings_of(database: "Database", wanted: str) -> "pd.Series[Any]":
    """The mean over the raters' columns of a scheme, each of whom counts once, in however many tables a column stands.

    `Database.get` with a mean would count ratings that equal the first column's once, by its default (1.4.3).
    """
    by_rater, declared = dict[str, "pd.Series[Any]"](), dict[str, Any]()
    for table in database.tables.values():
        for name, column in table.columns.items():
            if wanted in (plain(name), plain(column.scheme_id or "")):
                own = over_segments(column.get()).dropna()
                by_rater[name] = by_rater[name].combine_first(own) if name in by_rater else own
                declared[name] = column
    if not by_rater:
        return nothing()
    counted = pd.DataFrame({name: by_rater[name] for name in who_counts(declared)})
    numbers = counted.apply(pd.to_numeric, errors="coerce")
    mean: pd.Series[Any] = numbers.mean(axis=1).astype(object)
    return mean.where(mean.notna(), counted.bfill(axis=1).iloc[:, 0]).dropna()  # text stays, to be named


def nothing() -> "pd.Series[Any]":
    """Values of no recording."""
    import audformat  # noqa: PLC0415

    return pd.Series([], index=audformat.segmented_index(), dtype=object)


def who_counts(columns: Mapping[str, Any]) -> list[str]:
    """Names of the columns of one scheme that count.

    A rater of type vote stands for the others; those that are machines count where nobody else does.
    """
    kinds = {name: getattr(column.rater, "type", None) for name, column in columns.items()}
    outcome = [name for name, kind in kinds.items() if kind == OUTCOME]
    people = [name for name, kind in kinds.items() if kind != MACHINE]
    return outcome or people or list(columns)
