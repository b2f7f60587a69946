"""Databases in audformat (db.yaml and tables), read by the library of that name.

Source: https://audeering.github.io/audformat/
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.options import ROLES, TIMES, ImportOptions
from ser_tasks.corpora.importing.read_table import as_text
from ser_tasks.corpora.importing.source_table import PARTS, ColumnChoice, Header, SourceError, SourceTable, option
from ser_tasks.corpora.vocabulary import plain

if TYPE_CHECKING:
    from audformat import Database

HEADER = "db.yaml"
INSTALL = "make setup-all"
INDEX = ("file", "start", "end")
OTHERS = tuple(role for role in ROLES if role not in ("path", *TIMES, "emotion", "split", "rater", "votes"))


def read_audformat(folder: Path, given: ImportOptions) -> SourceTable:
    """The labels of every table that has emotions, and what other tables hold of the same files and segments.

    Several tables may hold the same labels, as one of all and one for each part of a split: they must agree.

    Raises:
        SourceError: the library is not installed, no table has emotions, or several that disagree
    """
    database = _load(folder)
    names = _with_emotions(database, given)
    labels = _agreed([_labels(database, name) for name in names], names)
    parts = {name: part for name in names if (part := _part(database, name))}
    index = labels.index
    columns = {role: found for role in OTHERS if (found := _column(database, role, index)) is not None}
    table = pd.DataFrame({"emotion": labels, **columns}, index=index)
    if parts:
        table["split"] = _split(database, parts, index)
    table = as_text(table.reset_index()).set_axis([f"item {number}" for number in range(1, len(table) + 1)])
    table[["start", "end"]] = _seconds(index)
    if "language" in table:
        table["language"] = table.language.map(lambda code: code and _iso_639_1(code))
    table = table.astype(object).where(table.notna(), None)
    why = "stated by the database"
    roles = {"path": ColumnChoice("file", why), "emotion": ColumnChoice("emotion", f"tables {', '.join(names)}")}
    held = [role for role in ("split", *OTHERS) if role in table and table[role].notna().any()]
    if table[["start", "end"]].notna().any(axis=None):
        held = ["start", "end", *held]
    roles |= {role: ColumnChoice(role, why) for role in held}
    root = folder.resolve()
    return SourceTable("audformat database", table, (root,), roles=roles, header=_header(database))


def _load(folder: Path) -> "Database":
    try:
        import audformat  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SourceError(f"{folder / HEADER}: audformat is not installed. Install it: {INSTALL}") from error
    try:
        return audformat.Database.load(str(folder))
    except Exception as error:  # whatever it stumbles over is in the files
        raise SourceError(f"{folder / HEADER}: audformat cannot read it: {error}. Restore the database.") from error


def _emotion_column(database: "Database", table: str) -> str | None:
    """The first one whose name, or whose scheme's, is a name of emotions."""
    for wanted in COLUMN_NAMES["emotion"].split():
        for name, column in database[table].columns.items():
            if wanted in (plain(name), plain(column.scheme_id or "")):
                return str(name)
    return None


def _with_emotions(database: "Database", given: ImportOptions) -> list[str]:
    tables = list(database.tables)
    if unknown := [name for name in given.table if name not in tables]:
        raise SourceError(f"--table {unknown[0]}: no such table. There are: {', '.join(tables)}.")
    found = [name for name in given.table or tables if _emotion_column(database, name)]
    if not found:
        raise SourceError(f"no table has a column of emotions (tables: {', '.join(tables)}). Add one, as `emotion`.")
    return found


def _labels(database: "Database", table: str) -> "pd.Series[Any]":
    column = _emotion_column(database, table)
    return _segmented(database[table][column].get()).dropna()


def _segmented(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Over files and times, whole files too."""
    import audformat  # noqa: PLC0415

    over_segments: pd.Series[Any] = values.set_axis(audformat.utils.to_segmented_index(values.index)).astype(object)
    return over_segments


def _agreed(labels: "list[pd.Series[Any]]", names: list[str]) -> "pd.Series[Any]":
    together = pd.concat(labels)
    twice = together.groupby(level=list(INDEX), dropna=False).nunique()
    if (twice > 1).any():
        hints = " or ".join(option("--table", name) for name in names)
        (file, *_) = next(iter(twice.index[twice > 1]))
        raise SourceError(
            f"tables {', '.join(names)} give {int((twice > 1).sum())} recordings different emotions, the first is "
            f"{file}. State which holds: add {hints}, or several of them."
        )
    once: pd.Series[Any] = together[~together.index.duplicated()]
    return once


def _part(database: "Database", table: str) -> str | None:
    """Train, validation or test: the table's split, or a part of its name."""
    words = [database[table].split_id or "", *table.split(".")]
    found = [part for word in words if (part := PARTS.get(plain(word)))]
    return found[0] if found else None


def _split(database: "Database", parts: dict[str, str], index: pd.Index) -> "pd.Series[Any]":
    pieces = [_labels(database, name).map(lambda _, part=part: part) for name, part in parts.items()]
    together = pd.concat(pieces)
    parted: pd.Series[Any] = together[~together.index.duplicated()].reindex(index)
    return parted


def _column(database: "Database", role: str, index: pd.Index) -> "pd.Series[Any] | None":
    """Values of any table in this role, of the same segment or of its whole file; labels of speakers may hold more."""
    for wanted in (role, *COLUMN_NAMES[role].split()):
        try:
            found = database.get(wanted)
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
