"""Databases in audformat (db.yaml and tables), read by the library of that name.

Source: https://audeering.github.io/audformat/
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq
import yaml

from ser_tasks.corpora.importing.classes import with_ballots
from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.options import ROLES, SCALES, TIMES, ImportOptions
from ser_tasks.corpora.importing.read_table import as_text
from ser_tasks.corpora.importing.source_table import PARTS, ColumnChoice, Header, SourceError, SourceTable, option
from ser_tasks.corpora.vocabulary import plain

if TYPE_CHECKING:
    from audformat import Database

HEADER = "db.yaml"
INSTALL = "make setup-all"
GOLD = "vote"  # type of a rater that stands for the outcome of several
INDEX = ("file", "start", "end")
OTHERS = tuple(role for role in ROLES if role not in ("path", *TIMES, "emotion", "split", "rater", "votes"))


def read_audformat(folder: Path, given: ImportOptions) -> SourceTable:
    """The labels of every table that has emotions, and what other tables hold of the same files and segments.

    Several tables may hold the same labels, as one of all and one for each part of a split: they must agree. Several
    columns of one scheme, as the format has it for several raters, are votes. Tables whose files are missing, as in a
    cache of audb that was asked for some, are left out, with a note.

    Raises:
        SourceError: the library is not installed, no table has emotions, or several that disagree
    """
    files, notes = table_files(folder)
    database = _load(folder, files)
    names, raters = _with_emotions(database, given)
    read = {
        (name, column): _labels(database, name, column, files[name])
        for name, columns in names.items()
        for column in columns
    }
    notes += _passed_over(database, names, given)
    notes += [_outside(name, words) for (name, _), (_, words) in read.items() if len(words)]
    labels = {place: own for place, (own, _) in read.items()}
    by_column = _by_rater(labels) if raters else {"emotion": _agreed(labels)}
    table = _rows(database, by_column, labels)
    why = "stated by the database"
    held = [role for role in ("start", "end", "split", *OTHERS) if role in table and table[role].notna().any()]
    roles = {"path": ColumnChoice("file", why)} | {role: ColumnChoice(role, why) for role in held}
    source = SourceTable(
        "audformat database", table, (folder.resolve(),), roles, header=_header(database), notes=tuple(notes)
    )
    if raters:
        return with_ballots(source, {"emotion": ",".join(by_column)})[0]
    roles["emotion"] = ColumnChoice("emotion", f"tables {', '.join(names)}")
    return source


def _rows(
    database: "Database",
    by_column: "Mapping[str, pd.Series[Any]]",
    labels: "Mapping[tuple[str, str], pd.Series[Any]]",
) -> pd.DataFrame:
    """A row for each recording or segment that has a label, as text: labels, part of a split, what else is known."""
    index = pd.concat(list(by_column.values())).index.drop_duplicates()
    columns = {role: found for role in OTHERS if (found := _column(database, role, index)) is not None}
    table = pd.DataFrame({name: own.reindex(index) for name, own in by_column.items()} | columns, index=index)
    if parts := [(part, own) for (name, _), own in labels.items() if (part := _part(database, name))]:
        table["split"] = _split(parts, index)
    table = as_text(table.reset_index()).set_axis([f"item {number}" for number in range(1, len(table) + 1)])
    table[["start", "end"]] = _seconds(index)
    if "language" in table:
        table["language"] = table.language.map(lambda code: code and _iso_639_1(code))
    return table.astype(object).where(table.notna(), None)


def table_files(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """The file of each table, Parquet before CSV, and a note of those that are missing.

    Pickles, which the library would read before both, are none: reading one runs what is in it.

    Raises:
        SourceError: a table that is there as a pickle alone, or one missing that labels are looked up in
    """
    try:
        header = yaml.safe_load((folder / HEADER).read_text(encoding="utf-8"))
        stated = [name for kind in ("misc_tables", "tables") for name in header.get(kind) or ()]
        looked_up = {str(scheme.get("labels")) for scheme in (header.get("schemes") or {}).values()}
    except (OSError, ValueError, AttributeError, yaml.YAMLError) as error:
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


def _load(folder: Path, files: Mapping[str, Path]) -> "Database":
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


def _emotion_columns(database: "Database", table: str) -> list[str]:
    """The column whose name is one of emotions; else all whose scheme is called so, one for each rater."""
    columns = database[table].columns
    for wanted in COLUMN_NAMES["emotion"].split():
        if named := [str(name) for name in columns if plain(name) == wanted]:
            return named[:1]
        if like := [str(name) for name, column in columns.items() if plain(column.scheme_id or "") == wanted]:
            gold = [name for name in like if getattr(columns[name].rater, "type", None) == GOLD]
            return gold or like
    return []


def _with_emotions(database: "Database", given: ImportOptions) -> tuple[dict[str, list[str]], bool]:
    """Tables and their columns of emotions; and whether these are raters', because no table states their outcome."""
    tables = list(database.tables)
    if unknown := [name for name in given.table if name not in tables]:
        raise SourceError(f"--table {unknown[0]}: no such table. There are: {', '.join(tables)}.")
    found = {name: columns for name in given.table or tables if (columns := _emotion_columns(database, name))}
    if not found:
        raise SourceError(f"no table has a column of emotions (tables: {', '.join(tables)}). Add one, as `emotion`.")
    settled = {name: columns for name, columns in found.items() if len(columns) == 1}
    return (settled, False) if settled else (found, True)


def _passed_over(database: "Database", names: Mapping[str, list[str]], given: ImportOptions) -> list[str]:
    """A note of columns of the same schemes that no label is taken from."""
    schemes = {database[name][column].scheme_id for name, columns in names.items() for column in columns} - {None}
    others = [
        f"{name}.{column}"
        for name in given.table or database.tables
        for column, own in database[name].columns.items()
        if own.scheme_id in schemes and column not in names.get(name, ())
    ]
    if not others:
        return []
    why = f"beside {', '.join(names)}, which states one label for each"
    return [f"not read, {why}: {', '.join(others)}; --table TABLE names what is, and several columns are votes"]


def _by_rater(labels: "Mapping[tuple[str, str], pd.Series[Any]]") -> "dict[str, pd.Series[Any]]":
    """Of each column, what every table has of it."""
    columns = dict.fromkeys(column for _, column in labels)
    return {column: _agreed({key: own for key, own in labels.items() if key[1] == column}) for column in columns}


def _labels(database: "Database", table: str, column: str, file: Path) -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
    """Labels of all rows, None where there is none; and those that the scheme does not have.

    The library reads a label outside of the scheme as none, without a word (1.4.3): such cells are taken as they stand.
    """
    labels = _segmented(database[table][column].get())
    stated = pd.Series(_cells(file, column), index=labels.index, dtype=object)
    outside = labels.isna() & stated.notna()
    return labels.where(~outside, stated), stated[outside]


def _cells(file: Path, column: str) -> list[str | None]:
    """One column as text; None where nothing stands."""
    if file.suffix == ".csv":
        cells = pd.read_csv(file, usecols=[column], dtype=str, keep_default_na=False)[column]
    else:
        cells = pq.read_table(file, columns=[column]).to_pandas()[column]
    return [None if pd.isna(cell) or not str(cell).strip() else str(cell) for cell in cells]


def _outside(table: str, words: "pd.Series[Any]") -> str:
    counted = ", ".join(f"{word} ({count})" for word, count in words.value_counts().items())
    return f"table {table} has labels that its scheme has not, taken as they stand: {counted}"


def _segmented(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Over files and times, whole files too."""
    import audformat  # noqa: PLC0415

    over_segments: pd.Series[Any] = values.set_axis(audformat.utils.to_segmented_index(values.index)).astype(object)
    return over_segments


def _agreed(labels: "Mapping[tuple[str, str], pd.Series[Any]]") -> "pd.Series[Any]":
    """One series of all; by table and column."""
    stated, names = pd.concat(list(labels.values())), [name for name, _ in labels]
    together = pd.concat([stated[stated.notna()], stated[stated.isna()]])  # where one table has none, another may
    twice = together.groupby(level=list(INDEX), dropna=False).nunique()
    if (twice > 1).any():
        hints = " or ".join(option("--table", name) for name in names)
        (file, *_) = next(iter(twice.index[twice > 1]))
        raise SourceError(
            f"tables {', '.join(names)} give {int((twice > 1).sum())} recordings different emotions, the first is "
            f"{file}. State which holds: add {hints}, or several of them."
        )
    once: pd.Series[Any] = together[~together.index.duplicated()]
    return once.reindex(stated.index[~stated.index.duplicated()])


def _part(database: "Database", table: str) -> str | None:
    """Train, validation or test: the table's split, or a part of its name."""
    words = [database[table].split_id or "", *table.split(".")]
    found = [part for word in words if (part := PARTS.get(plain(word)))]
    return found[0] if found else None


def _split(parts: "Sequence[tuple[str, pd.Series[Any]]]", index: pd.Index) -> "pd.Series[Any]":
    together = pd.concat([labels.map(lambda _, part=part: part) for part, labels in parts])
    parted: pd.Series[Any] = together[~together.index.duplicated()].reindex(index)
    return parted


def _column(database: "Database", role: str, index: pd.Index) -> "pd.Series[Any] | None":
    """Values of any table in this role, of the same segment or of its whole file; labels of speakers may hold more."""
    mean = _mean if role in SCALES else None  # by "mismatch", its default, ratings equal to the first count once
    for wanted in (role, *COLUMN_NAMES[role].split()):
        try:
            found = database.get(wanted, aggregate_function=mean, aggregate_strategy="overlap")
        except ValueError as error:  # tables that disagree
            raise SourceError(f"the tables of the database disagree on {wanted}: {error}") from error
        if len(found.columns) == 0 or found.iloc[:, 0].isna().all():
            continue
        values = _segmented(found.iloc[:, 0].dropna())
        whole = values[values.index.get_level_values("end").isna()]
        by_file = whole.groupby(level="file").first()
        direct = values[~values.index.duplicated()].reindex(index)
        found_in: pd.Series[Any] = direct.where(
            direct.notna(), by_file.reindex(index.get_level_values("file")).set_axis(index)
        )
        return found_in
    return None


def _mean(ratings: "pd.Series[float]") -> float:
    return float(ratings.mean())


def _seconds(index: pd.Index) -> pd.DataFrame:
    """Beginning and end in s; of a whole file neither."""
    times = index.to_frame(index=False)[["start", "end"]].apply(lambda column: column.dt.total_seconds())
    times["start"] = times.start.mask(times.end.isna() & (times.start == 0))
    return as_text(times).set_axis([f"item {number}" for number in range(1, len(index) + 1)])


def _header(database: "Database") -> Header:
    languages = [_iso_639_1(language) for language in database.languages]
    source = f" {database.source}" if str(database.source).startswith("http") else ""
    author = ", ".join(filter(None, (database.author, database.organization)))
    return Header(
        title=database.name,
        citation=f"{author}{'.' if author else ''} {database.name}.{source}".strip() if author or source else None,
        licence=str(database.license) if database.license else None,
        language=languages[0] if len(languages) == 1 else None,
    )


def _iso_639_1(code: str) -> str:
    """deu -> de; a language without such a code keeps its own."""
    from iso639 import Lang  # noqa: PLC0415 - installed with audformat
    from iso639.exceptions import InvalidLanguageValue  # noqa: PLC0415

    try:
        return str(Lang(code).pt1) or code
    except InvalidLanguageValue:
        return code
