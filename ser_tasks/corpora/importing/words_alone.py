"""A table of words without sound: every row is an utterance, or every id, where a column has them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ser_tasks.corpora.importing.locate import Located
from ser_tasks.corpora.importing.options import TIMES
from ser_tasks.corpora.importing.source_table import ColumnChoice, Rows, SourceError
from ser_tasks.corpora.vocabulary import plain

IDS = ("utterance_id", "utt_id", "uttid", "id", "uid", "segment_id")  # as `plain` has them; before names of files
MAY_BE_WORDS = ("utterance", "message", "turn", "comment", "content")
HALF = 0.5
OF_SOUND = (*TIMES, "channel")


def id_column(table: pd.DataFrame, names: Sequence[str], *, rated: bool) -> ColumnChoice | None:
    """The column that names utterances: without gaps, and of another value in each row.

    Args:
        table: as it was imported
        names: of columns of files, as `plain` has them
        rated: by several raters: an id may then stand in several rows
    """
    named = {plain(column): column for column in reversed(list(table.columns))}
    for name in (*IDS, *names):
        if name in named and (ids := table[named[name]]).notna().all() and (rated or ids.is_unique):
            return ColumnChoice(named[name], "its name")
    return None


def without_sound(taken: Mapping[str, ColumnChoice], table: pd.DataFrame) -> dict[str, ColumnChoice]:
    """The roles but for those of sound; words are also found by what stands in their column.

    Raises:
        SourceError: no column of words
    """
    words = taken.get("transcript") or _worded(table.drop(columns=[one.column for one in taken.values()]))
    if words is None:
        raise SourceError(
            f"--audio none: no column has the name of one of words. Columns: {', '.join(table.columns)}. State which "
            "one: add --column transcript=COLUMN."
        )
    return {role: one for role, one in {**taken, "transcript": words}.items() if role not in OF_SOUND}


def _worded(free: pd.DataFrame) -> ColumnChoice | None:
    """The column of a name that may be one of words or of ids, if there are several words in half of its rows."""
    for column in free:
        if plain(str(column)) in MAY_BE_WORDS and free[column].str.contains(" ", na=False).mean() >= HALF:
            return ColumnChoice(str(column), "its name, and its values are words")
    return None


def named_utterances(table: pd.DataFrame, taken: Mapping[str, ColumnChoice]) -> Located:
    """In the place of files: the ids, else the rows by their number."""
    if "path" in taken:
        ids = list(table[taken["path"].column])
        return Located([name and Path(name) for name in ids], "utterances are text alone")
    digits = len(str(len(table)))
    rows = [Path(f"row_{number:0{digits}}") for number in range(1, len(table) + 1)]
    return Located([*rows], "utterances are text alone, named by the number of their row")


def usable_words(rows: Rows) -> bool:
    """Checks of every row by itself; there are no times to be understood."""
    rows.leave_out(rows.table.emotion.isna(), "have no label")
    rows.leave_out(rows.table.transcript.isna(), "have no words")
    hint = "Complete the column, or number the rows: add --column path=none"
    rows.refuse(rows.table.file.isna(), "missing", "have no id", hint)
    rows.table = rows.table.assign(start=None, end=None, channel=None)
    return True
