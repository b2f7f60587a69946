"""Databases in audformat (db.yaml and tables), read by the library of that name.

Source: https://audeering.github.io/audformat/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ser_tasks.corpora.importing.audformat_tables import (
    Place,
    labels_of,
    load_database,
    nothing,
    of_whole_files,
    over_segments,
    ratings_of,
    table_files,
    texts_of,
    who_counts,
)
from ser_tasks.corpora.importing.classes import with_ballots
from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.options import NONE, ROLES, SCALES, TIMES, ImportOptions
from ser_tasks.corpora.importing.read_table import as_text
from ser_tasks.corpora.importing.source_table import (
    NO_MEANINGS,
    PARTS,
    ColumnChoice,
    Header,
    Meanings,
    SourceError,
    SourceTable,
    option,
)
from ser_tasks.corpora.vocabulary import class_of, plain

if TYPE_CHECKING:
    from audformat import Database

INDEX = ("file", "start", "end")
OF_ONE_VOICE = ("speaker", "gender", "language")  # of a file, where all its segments have the same
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
    database = load_database(folder, files)
    chosen = _choose(database, given)
    read = {place: labels_of(database, place, files[place[0]]) for place in chosen.places}
    notes += [*chosen.notes, *(_outside(place, words) for place, (_, words) in read.items() if len(words))]
    labels = {place: own for place, (own, _) in read.items()}
    meanings = _meanings(database, chosen.places)
    dropped = _of_raters_alone(database, chosen, labels)
    for table, column in (*chosen.places, *chosen.others):  # what is a label is nothing else, whatever it is called
        database[table].drop_columns(column, inplace=True)
    by_column = _by_column(labels, chosen)
    rows, roles = _rows(database, by_column, labels, notes)
    source = SourceTable(
        "audformat database",
        rows,
        (folder.resolve(),),
        roles,
        header=_header(database),
        notes=tuple(notes),
        dropped=dropped,
        meanings=meanings,
    )
    if chosen.votes and not chosen.named:
        return with_ballots(source, {"emotion": ",".join(by_column)})[0]
    if not chosen.votes and by_column:
        names = ", ".join(dict.fromkeys(name for name, _ in chosen.places))
        roles["emotion"] = ColumnChoice(next(iter(by_column)), f"tables {names}")
    return source


@dataclass(frozen=True)
class Chosen:
    """Columns that labels are taken from, each by its table and name."""

    places: Sequence[Place]
    votes: bool  # each column is a rater's
    named: bool = False  # by the user
    others: Sequence[Place] = ()  # of the same schemes, that no label is taken from
    notes: Sequence[str] = ()


def _choose(database: "Database", given: ImportOptions) -> Chosen:
    """Columns that are named; else those that state one label for each recording; else those of raters.

    Raises:
        SourceError: a table that is not there, or no column of emotions
    """
    tables = list(database.tables)
    if unknown := [name for name in given.table if name not in tables]:
        raise SourceError(f"--table {unknown[0]}: no such table. There are: {', '.join(tables)}.")
    asked = given.table or tables
    if (named := given.column.get("emotion")) is not None:
        return Chosen(*_named(database, asked, named), named=True)
    found = {name: columns for name in asked if (columns := _emotion_columns(database, name))}
    if not found:
        raise SourceError(f"no table has a column of emotions (tables: {', '.join(asked)}). Add one, as `emotion`.")
    settled = {name: columns for name, columns in found.items() if len(columns) == 1}
    votes = len(settled) < len(found) and (bool(given.table) or not settled)
    taken = found if votes else settled
    places = [(name, column) for name, columns in taken.items() for column in columns]
    schemes = {database[name][column].scheme_id for name, column in places} - {None}
    others = [
        (name, str(column))
        for name in asked
        for column, own in database[name].columns.items()
        if own.scheme_id in schemes and (name, str(column)) not in places
    ]
    if not others:
        return Chosen(places, votes)
    passed = ", ".join(f"{name}.{column}" for name, column in others)
    hint = option("--column", "emotion=" + ",".join(dict.fromkeys(column for _, column in others)))
    note = f"not read beside {', '.join(taken)}: {passed}; {hint} reads these, and several are votes"
    return Chosen(places, votes, others=others, notes=[note])


def _named(database: "Database", tables: Sequence[str], named: str) -> tuple[list[Place], bool]:
    """Columns by the names that the user gave, with commas between them; none: ratings stand alone."""
    there = [(name, str(column)) for name in tables for column in database[name].columns]
    names = [named] if any(column == named for _, column in there) else [name.strip() for name in named.split(",")]
    if named == NONE:
        return [], False
    if missing := [name for name in names if name not in {column for _, column in there}]:
        columns = ", ".join(f"{name}.{column}" for name, column in there)
        raise SourceError(f"--column emotion={missing[0]}: no such column. There are: {columns}.")
    return [place for place in there if place[1] in names], len(names) > 1


def _by_column(labels: "Mapping[Place, pd.Series[Any]]", chosen: Chosen) -> "dict[str, pd.Series[Any]]":
    """Labels by column: of raters each by its name, without commas; else one, of all tables, that must agree."""
    if not chosen.votes:
        name = chosen.places[0][1] if chosen.named and labels else "emotion"
        return {name: _agreed(labels)} if labels else {}
    columns = dict.fromkeys(column for _, column in labels)
    return {
        column.replace(",", ";"): _agreed({place: own for place, own in labels.items() if place[1] == column})
        for column in columns
    }


def _of_raters_alone(database: "Database", chosen: Chosen, labels: "Mapping[Place, pd.Series[Any]]") -> dict[str, int]:
    """How many recordings have labels of raters that are not read, and no other."""
    read = {place for own in labels.values() for place in own.index}
    beside = {
        place for name, column in chosen.others for place in over_segments(database[name][column].get()).dropna().index
    }
    alone = len(beside - read)
    return {"are labelled in columns alone that are not read": alone} if alone else {}


def _meanings(database: "Database", places: Sequence[Place]) -> Meanings:
    """What a scheme states of its labels: {1: anger}, or {1: {name: anger}}."""
    words = dict[str, str]()
    schemes = dict.fromkeys(database[name][column].scheme_id for name, column in places)
    for scheme in filter(None, schemes):
        stated = database.schemes[scheme].labels
        for label, about in stated.items() if isinstance(stated, dict) else ():
            texts = [about] if isinstance(about, str) else list(about.values()) if isinstance(about, dict) else []
            if word := next((text for text in texts if isinstance(text, str) and class_of(text)), None):
                words[str(label)] = word
    return Meanings(f"the scheme {', '.join(filter(None, schemes))}", words) if words else NO_MEANINGS


def _rows(
    database: "Database",
    by_column: "Mapping[str, pd.Series[Any]]",
    labels: "Mapping[Place, pd.Series[Any]]",
    notes: list[str],
) -> tuple[pd.DataFrame, dict[str, ColumnChoice]]:
    """A row for each recording or segment that has a label, as text, and the columns of the roles that are held.

    Where ratings stand alone, for each that has one.
    """
    indices = [own.index for own in by_column.values()] or [ratings_of(database, name).index for name in SCALES]
    index = pd.concat([one.to_series() for one in indices]).index.drop_duplicates()
    table = pd.DataFrame({name: own.reindex(index) for name, own in by_column.items()}, index=index)
    called = {role: role if role not in by_column else f"{role} (database)" for role in ("split", *OTHERS)}
    for role in OTHERS:
        if (found := _column(database, role, index)) is not None:
            table[called[role]] = found.values
            if found.unmatched:
                notes.append(f"{role}: {found.unmatched} values stand on segments that have no label: not read")
    parts = [(part, own) for (name, _), own in labels.items() if (part := _part(database, name))]
    if parts or (parts := _parts_of_files(database, index)):
        table[called["split"]] = _split(parts, index)
    table = as_text(table.reset_index()).set_axis([f"item {number}" for number in range(1, len(table) + 1)])
    table[["start", "end"]] = _seconds(index)
    if (language := called["language"]) in table:
        table[language] = table[language].map(lambda code: code and _iso_639_1(code))
    table = table.astype(object).where(table.notna(), None)
    why = "stated by the database"
    held = {"start": "start", "end": "end", **called}
    roles = {
        role: ColumnChoice(name, why) for role, name in held.items() if name in table and table[name].notna().any()
    }
    return table, {"path": ColumnChoice("file", why)} | roles


def _emotion_columns(database: "Database", table: str) -> list[str]:
    """The column whose name is one of emotions; else all that count whose scheme is called so, one for each rater."""
    columns = database[table].columns
    for wanted in COLUMN_NAMES["emotion"].split():
        if named := [str(name) for name in columns if plain(name) == wanted]:
            return named[:1]
        if like := [str(name) for name, column in columns.items() if plain(column.scheme_id or "") == wanted]:
            return who_counts({name: columns[name] for name in like})
    return []


def _outside(place: Place, words: "pd.Series[Any]") -> str:
    counted = ", ".join(f"{word} ({count})" for word, count in words.value_counts().items())
    return f"{'.'.join(place)} has labels that its scheme has not, taken as they stand: {counted}"


def _agreed(labels: "Mapping[Place, pd.Series[Any]]") -> "pd.Series[Any]":
    """One series of all; by table and column."""
    stated, names = pd.concat(list(labels.values())), [name for name, _ in labels]
    together = pd.concat([stated[stated.notna()], stated[stated.isna()]])  # where one table has none, another may
    twice = together.groupby(level=list(INDEX), dropna=False).nunique()
    if (twice > 1).any():
        (file, *_) = next(iter(twice.index[twice > 1]))
        if len(set(names)) == 1:
            raise SourceError(
                f"table {names[0]} gives {file} several emotions in one column. Expected one: fix the table."
            )
        hints = " or ".join(option("--table", name) for name in names)
        raise SourceError(
            f"tables {', '.join(names)} give {int((twice > 1).sum())} recordings different emotions, the first is "
            f"{file}. State which holds: add {hints}, or several of them."
        )
    once: pd.Series[Any] = together[~together.index.duplicated()]
    return once.reindex(stated.index[~stated.index.duplicated()])


def _part(database: "Database", table: str) -> str | None:
    """Train, validation or test: the table's split, or a part of its name."""
    split = database[table].split_id
    words = [split or "", str(database.splits[split].type) if split else "", *table.split(".")]
    found = [part for word in words if (part := PARTS.get(plain(word)))]
    return found[0] if found else None


def _parts_of_files(database: "Database", index: pd.Index) -> "list[tuple[str, pd.Series[Any]]]":
    """The rows in the files of each table that is called as a part, where no table of labels is."""
    files = index.get_level_values("file")
    named = {name: part for name in database.tables if (part := _part(database, name))}
    return [
        (part, pd.Series("", index=index[files.isin(database[name].files)], dtype=object))
        for name, part in named.items()
    ]


def _split(parts: "Sequence[tuple[str, pd.Series[Any]]]", index: pd.Index) -> "pd.Series[Any]":
    together = pd.concat([labels.map(lambda _, part=part: part) for part, labels in parts])
    several = together.groupby(level=list(INDEX), dropna=False).nunique()
    if (several > 1).any():
        (file, *_) = next(iter(several.index[several > 1]))
        raise SourceError(
            f"{int((several > 1).sum())} recordings are in several parts of the split, the first is {file}. Expected "
            "one for each: fix the tables, or name some of them (--table)."
        )
    parted: pd.Series[Any] = together[~together.index.duplicated()].reindex(index)
    return parted


@dataclass(frozen=True)
class Held:
    """What a database holds in one role."""

    values: "pd.Series[Any]"  # of each row
    unmatched: int  # values on segments that no row has


def _column(database: "Database", role: str, index: pd.Index) -> Held | None:
    """Values of any table in this role, of the same segment or of its whole file; labels of speakers may hold more.

    Where a file has one speaker, gender or language, on segments that have no label, so have those that have one.
    """
    for wanted in (role, *COLUMN_NAMES[role].split()):
        values = ratings_of(database, wanted) if role in SCALES else _stated(database, wanted)
        if values.empty:
            continue
        whole = values[of_whole_files(values.index)]
        by_file = whole.groupby(level="file").first()
        if role in OF_ONE_VOICE:
            each = values.groupby(level="file")
            labelled = values.index[values.index.isin(index)].get_level_values("file")
            alone = each.first()[each.nunique() == 1]
            by_file = by_file.combine_first(alone[~alone.index.isin(labelled)])
        direct = values[~values.index.duplicated()].reindex(index)
        found_in: pd.Series[Any] = direct.where(
            direct.notna(), by_file.reindex(index.get_level_values("file")).set_axis(index)
        )
        of_files = values.index.get_level_values("file").isin(by_file.index) if role in OF_ONE_VOICE else False
        used = values.index.isin(index) | of_whole_files(values.index) | of_files
        return Held(found_in, int((~used).sum()))
    return None


def _stated(database: "Database", wanted: str) -> "pd.Series[Any]":
    try:
        found = database.get(wanted)
    except ValueError as error:  # tables that disagree
        raise SourceError(f"the tables of the database disagree on {wanted}: {error}") from error
    if not len(found.columns):
        return nothing()
    texts = texts_of(database, wanted)
    return over_segments(found.iloc[:, 0].dropna().map(lambda label: texts.get(str(label), label)))


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
