"""Tables that are the parts of a split: train.csv, dev.csv and test.csv as one table."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.source_table import PARTS, ColumnChoice, SourceError, SourceTable
from ser_tasks.corpora.vocabulary import plain

SPLIT = {*COLUMN_NAMES["split"].split()}
MAY_LACK = (".json", ".jsonl", ".ndjson")  # tables in which a row need not have all fields
OF_PARTS = "name of the table"


def parts_by_name(tables: Sequence[Path]) -> dict[Path, str]:
    """Tables that are called as the parts of a split and otherwise alike, as train.csv, dev.csv, test.csv; or none."""
    words = {file: re.split(r"[_\-. ]", file.stem) for file in tables}
    parts = {
        file: part
        for file, own in words.items()
        for part in [word for word in own if plain(word) in PARTS]
        if sum(plain(word) in PARTS for word in own) == 1
    }
    others = {(file.suffix, *(word for word in words[file] if word != part)) for file, part in parts.items()}
    return parts if len(others) == 1 and len(parts) > 1 else {}


def of_parts(parts: Mapping[Path, str], read: Sequence[SourceTable]) -> SourceTable:
    """The rows of all of them; the split is the table that a row stands in, unless a column of each states it.

    Args, Raises: see `as_one`
    """
    source = as_one(parts, read)
    stated = [column for column in source.table if plain(column) in SPLIT and source.table[column].notna().all()]
    roles = {} if stated else {"split": ColumnChoice(OF_PARTS, "the tables are called so")}
    return replace(source, roles={**source.roles, **roles})


def as_one(names: Mapping[Path, str], read: Sequence[SourceTable]) -> SourceTable:
    """The rows of all of them, and as a column the table that a row stands in.

    Args:
        names: of each table, as the column has it
        read: the tables, in this order

    Raises:
        SourceError: tables of other columns than the first; in JSON a field may be missing
    """
    (file, *_), columns = names, {own: [*one.table] for own, one in zip(names, read, strict=True)}
    for other, own in columns.items() if not file.suffix.lower().startswith(MAY_LACK) else ():
        if {*own} != {*columns[file]}:
            raise SourceError(
                f"{other}: its columns ({', '.join(own)}) are not those of {file.name} ({', '.join(columns[file])}), "
                "another table of the same rows. Call them the same, or import one table."
            )
    tables = [
        one.table.assign(**{OF_PARTS: part}).set_axis([f"{file.name} {row}" for row in one.table.index])
        for (file, part), one in zip(names.items(), read, strict=True)
    ]
    first, table = read[0], pd.concat(tables).astype(object)
    notes = dict.fromkeys(note for one in read for note in one.notes)
    dropped = sum((Counter(one.dropped) for one in read), Counter())
    return replace(
        first,
        table=table.where(table.notna(), None),
        notes=(*notes,),
        dropped=dict(dropped),
        separator=next((one.separator for one in read if one.separator), None),
    )
