"""A table of words without sound: every row is an utterance, or every id, where a column has them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.locate import Located
from ser_tasks.corpora.importing.options import TIMES
from ser_tasks.corpora.importing.source_table import ColumnChoice, Rows, SourceError, option
from ser_tasks.corpora.vocabulary import plain

IDS = ("utterance_id", "utt_id", "uttid", "id", "uid", "segment_id")  # as `plain` has them; before names of files
MAY_BE_WORDS = ("utterance", "message", "turn", "comment", "content")
HALF = 0.5
OF_SOUND = (*TIMES, "channel")


def id_column(table: pd.DataFrame, names: Sequence[str], *, rated: bool) -> ColumnChoice | None:
    """The column that names utterances, without gaps: of another value in each row, or of the same in those of raters.

    Args:
        table: as it was imported
        names: of columns of files, as `plain` has them
        rated: by several raters, each in a row
    """
    named = {plain(column): column for column in reversed(list(table.columns))}
    whole = [named[name] for name in (*IDS, *names) if name in named and table[named[name]].notna().all()]
    fitting = [column for column in whole if table[column].is_unique != rated]
    return ColumnChoice(fitting[0], "its name") if fitting else None


def id_questions(table: pd.DataFrame, taken: Mapping[str, ColumnChoice], *, rated: bool) -> list[str]:
    """Problem where a column is called an id, and cannot be one as it stands; none where a column was found or given.

    Args:
        table: as it was imported
        taken: role -> its column
        rated: as of `id_column`
    """
    called = [str(column) for column in table.columns if plain(str(column)) in IDS]
    if "path" in taken or not called:
        return []
    column = option("--column", f"path={called[0]}")
    if rated:
        return [
            f"each row has an id of its own ({', '.join(called)}), but rows of raters share that of their utterance. "
            "State which column names utterances: add --column path=COLUMN; or that every row is one: add --column "
            "path=none."
        ]
    gaps, again = int(table[called[0]].isna().sum()), int(table[called[0]].duplicated().sum())
    return [
        f"{called[0]} names no utterances by itself: {again} rows repeat the id of another, {gaps} have none. If rows "
        f"of one id are one utterance, with the votes of several raters: add {column} --votes majority. If ids count "
        "within a dialogue, or mean something else: add --column path=none, which names utterances by their row."
    ]


def ids_alike(ids: Sequence[Any]) -> list[str]:
    """Problem of ids that differ in case or blanks only: the rows of one utterance would be those of two."""
    spelt: dict[str, dict[str, None]] = {}
    for name in ids:
        if name is not None:
            spelt.setdefault(" ".join(str(name).lower().split()), {})[str(name)] = None
    groups = [" = ".join(map(repr, own)) for own in spelt.values() if len(own) > 1]
    return [
        f"{len(groups)} ids stand there in several spellings, which differ in case or blanks only: {some(groups)}. "
        "Spell each alike in the table, or number the rows: add --column path=none."
    ] * bool(groups)


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
        ids: list[Any] = list(table[taken["path"].column])  # as they stand: a path would be tidied
        return Located(ids, "utterances are text alone")
    digits = len(str(len(table)))
    rows: list[Any] = [f"row_{number:0{digits}}" for number in range(1, len(table) + 1)]
    return Located(rows, "utterances are text alone, named by the number of their row")


def usable_words(rows: Rows) -> bool:
    """Checks of every row by itself; there are no times to be understood."""
    hint = "Complete the column, or number the rows: add --column path=none"
    rows.refuse(rows.table.file.isna(), "missing", "have no id", hint)
    words = rows.table.transcript
    of_its_id = words.groupby(rows.table.file).transform("first")  # stated in the row of one rater alone
    rows.table = rows.table.assign(transcript=words.where(words.notna(), of_its_id))
    rows.leave_out(rows.table.emotion.isna(), "have no label")
    wordless = rows.table[rows.table.transcript.isna()]
    if gone := sorted(set(wordless.speaker.dropna()) - set(rows.table.speaker[rows.table.transcript.notna()])):
        rows.notes.append(f"speakers of whom no utterance has words, and who are left out with them: {some(gone)}")
    rows.leave_out(rows.table.transcript.isna(), "have no words")
    rows.table = rows.table.assign(start=None, end=None, channel=None)
    alike = rows.table[["transcript", "speaker", "emotion"]].duplicated() & ~rows.table.file.duplicated()
    if n := int(alike.sum()):
        rows.notes.append(
            f"{n} utterances have words, speaker and label of another. Short answers recur; copies would stand on both "
            "sides of a division that does not keep speakers apart"
        )
    return True
