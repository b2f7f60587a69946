"""Classes from the labels of a source: what is beyond doubt, what options decide, and labels in several columns."""

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.corpora.importing.columns import COLUMN_NAMES, check_columns, emotion_column
from ser_tasks.corpora.importing.options import DROP, NONE
from ser_tasks.corpora.importing.source_table import (
    NO_MEANINGS,
    Ballot,
    ColumnChoice,
    Meanings,
    SourceError,
    SourceTable,
    as_number,
    option,
)
from ser_tasks.corpora.vocabulary import VOCABULARY, class_of, plain

CLASS = re.compile(r"[a-z][a-z0-9_]*")
SLIP = 0.75  # a new class this like a known one is taken for a slip

ROLE_NAMES = {name for names in COLUMN_NAMES.values() for name in names.split()}


@dataclass(frozen=True)
class LabelMap:
    """The class of every label, None where it is dropped; and what is wrong."""

    classes: dict[str, str | None]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)  # what the source calls a label


def map_labels(counts: Counter[str], given: Mapping[str, str], meanings: Meanings = NO_MEANINGS) -> LabelMap:
    """Classes of these labels.

    Args:
        counts: label -> rows
        given: label -> class, or DROP; spelt as in the source, or but for case and blanks
        meanings: their meanings in the source, which hold where nothing is given
    """
    words = {label: word for label in counts if (word := _in_words(label, meanings))}
    wanted = {label: class_or_drop(label, given, meanings) for label in counts}
    unknown = {label: counts[label] for label, name in wanted.items() if name is None}
    classes = {label: None if name == DROP else name for label, name in wanted.items() if name is not None}
    new = sorted({name for name in classes.values() if name is not None} - set(VOCABULARY))
    problems = [text for name in new if (text := _slip(name))]
    if unknown:
        problems.append(_unknown(unknown, words))
    if counts and (unused := sorted(label for label in given if plain(label) not in map(plain, counts))):
        problems.append(f"--label {unused[0]}=…: no row has this label. There are: {', '.join(sorted(counts))}.")
    if not counts:
        problems.append("no row is left: see what was left out, and why.")
    elif not unknown and len({name for name in classes.values() if name}) < 2:
        problems.append(
            f"fewer than two classes are left of the labels {', '.join(sorted(counts))}: nothing to recognise."
        )
    notes = [f"the class {name!r} is none of the vocabulary: no other corpus here has it" for name in new]
    for label, word in words.items():
        own, name = class_of(label), classes.get(label)
        if own and name and own != name == class_of(word):
            text = f"{label!r} is {word} by {meanings.where}, so {name}, where the word alone means {own}"
            notes.append(f"{text}: {option('--label', f'{label}={own}')} for that")
    return LabelMap(classes, tuple(problems), tuple(notes), words)


def class_or_drop(label: str, given: Mapping[str, str], meanings: Meanings) -> str | None:
    """Class of a label, or DROP: as given, else by the source, else by the vocabulary; None: in doubt."""
    chosen = {plain(other): name for other, name in given.items()}
    word = _in_words(label, meanings)
    return (
        given.get(label)
        or chosen.get(plain(label))
        or meanings.classes.get(label)
        or (class_of(word) if word else None)
        or class_of(label)
    )


def _in_words(label: str, meanings: Meanings) -> str | None:
    """Its meaning, by the label as it is spelt, or but for case and blanks if only one is."""
    like = {word for other, word in meanings.words.items() if plain(other) == plain(label)}
    return meanings.words.get(label) or (like.pop() if len(like) == 1 else None)


def _slip(name: str) -> str | None:
    if not CLASS.fullmatch(name):
        return (
            f"--label …={name}: a class is a word in small letters, with underscores. Known: {', '.join(VOCABULARY)}."
        )
    near = difflib.get_close_matches(name, VOCABULARY, n=1, cutoff=SLIP)
    if near or class_of(name):
        return f"--label …={name}: no class of the vocabulary. Did you mean {near[0] if near else class_of(name)}?"
    return None


def _unknown(labels: Mapping[str, int], words: Mapping[str, str]) -> str:
    meanings = {label: f": {words[label]!r}" if label in words else "" for label in labels}
    named = ", ".join(f"{label!r}{meanings[label]} ({rows} row{'s' * (rows > 1)})" for label, rows in labels.items())
    hints = " ".join(option("--label", f"{label}={DROP}") for label in labels)
    return (
        f"{len(labels)} labels mean no class beyond doubt: {named}. State what each is, or that it is left out: add "
        f"{hints}, with a class in place of {DROP} where you want one: {', '.join(VOCABULARY)}."
    )


def with_ballots(source: SourceTable, given: Mapping[str, str]) -> tuple[SourceTable, dict[str, str]]:
    """The rows with one column for the several that hold labels, and what was given of the others.

    Args:
        source: the rows
        given: role -> column; for the emotion several, with commas between them

    Raises:
        SourceError: a column that is not there, or columns beside those of classes that may be classes too
    """
    columns = _named(source.table, given) or _found(source, given)
    if not columns:
        return source, dict(given)
    table = source.table
    numbers = _numbers(table[columns]) if any(map(class_of, columns)) else None
    ballots = _of_raters(table[columns]) if numbers is None else _of_classes(columns, numbers)
    name, why = ", ".join(columns), "each is a rater's" if numbers is None else f"{_kind(numbers)} for each class"
    cells = [", ".join(f"{one.label} {one.weight:g}" if numbers is not None else one.label for one in row) or None
             for row in _merged(ballots)]  # fmt: skip
    table = table.drop(columns=columns).assign(**{name: pd.Series(cells, index=table.index, dtype=object)})
    rest = {role: column for role, column in given.items() if role != "emotion"}
    roles = {**source.roles, "emotion": ColumnChoice(name, why)}
    return replace(source, table=table, roles=roles, ballots=dict(zip(table.index, ballots, strict=True))), rest


def _named(table: pd.DataFrame, given: Mapping[str, str]) -> list[str]:
    """The columns that the user named, if they are several."""
    stated = given.get("emotion", "")
    columns = [column.strip() for column in stated.split(",")]
    if stated in table.columns or len(columns) < 2:
        return []
    for column in columns:
        check_columns(table, {"emotion": column})
    return columns


def _found(source: SourceTable, given: Mapping[str, str]) -> list[str]:
    """Columns of numbers that are called as classes are, where no column holds labels."""
    table = source.table.drop(columns=[one.column for one in source.roles.values()])
    named = [column for column in map(str, table) if class_of(column) and _numbers(table[[column]]) is not None]
    if "emotion" in source.roles or given.get("emotion", NONE) != NONE or len(named) < 2 or _has_labels(table):
        return []
    if beside := _beside(table, named):
        both = [option("--column", f"emotion={','.join(columns)}") for columns in (named, [*named, *beside])]
        raise SourceError(
            f"the columns {', '.join(named)} hold numbers for classes; are {', '.join(beside)} beside them classes, "
            f"too? State which: add {both[0]}, or {both[1]}."
        )
    return named


def _has_labels(table: pd.DataFrame) -> bool:
    try:
        return emotion_column(table) is not None
    except SourceError:  # several do, and differ: a problem later
        return True


def _beside(table: pd.DataFrame, named: Sequence[str]) -> list[str]:
    """Numbers of the same kind among and next to these columns, under a name that is no role's."""
    columns, whole = list(table.columns), _whole(_numbers(table[named]))
    like = [
        (numbers := _numbers(table[[column]])) is not None
        and plain(column) not in ROLE_NAMES
        and _whole(numbers) == whole
        and (whole or numbers.max() <= 1)
        for column in columns
    ]
    places = [columns.index(column) for column in named]
    first, last = min(places), max(places)
    while first > 0 and like[first - 1]:
        first -= 1
    while last + 1 < len(columns) and like[last + 1]:
        last += 1
    return [columns[i] for i in range(first, last + 1) if like[i] and columns[i] not in named]


def _numbers(table: pd.DataFrame) -> NDArray[np.float64] | None:
    """Shape (n_rows, n_columns), 0 for an empty cell; None: nothing is there, or something else than numbers from 0."""
    numbers = {cell: as_number(cell) for column in table for cell in table[column] if cell is not None}
    if not numbers or None in numbers.values():
        return None
    array = table.map(lambda cell: float(numbers[cell] or 0) if cell else 0.0).to_numpy(float)
    return array if (array >= 0).all() else None


def _whole(numbers: NDArray[np.float64] | None) -> bool:
    return numbers is not None and bool((numbers == numbers.round()).all())


def _kind(numbers: NDArray[np.float64]) -> str:
    """Percent are shares, too."""
    sums = numbers.sum(axis=1)
    return "votes" if _whole(numbers) and not (sums[sums > 0] == 100).all() else "shares"


def _of_classes(columns: Sequence[str], numbers: NDArray[np.float64]) -> list[tuple[Ballot, ...]]:
    if _kind(numbers) == "shares":
        return [tuple(Ballot(None, c, float(n)) for c, n in zip(columns, row, strict=True) if n) for row in numbers]
    return [tuple(Ballot(None, c) for c, n in zip(columns, row, strict=True) for _ in range(int(n))) for row in numbers]


def _of_raters(table: pd.DataFrame) -> list[tuple[Ballot, ...]]:
    return [
        tuple(Ballot(column, label) for column, label in zip(table.columns, row, strict=True) if label)
        for row in table.itertuples(index=False, name=None)
    ]


def _merged(ballots: Sequence[Sequence[Ballot]]) -> list[list[Ballot]]:
    """For the preview: each label of a row once, with all of its weight."""
    merged = []
    for row in ballots:
        weights: dict[str, float] = {}
        for one in row:
            weights[one.label] = weights.get(one.label, 0) + one.weight
        merged.append([Ballot(None, label, weight) for label, weight in weights.items()])
    return merged
