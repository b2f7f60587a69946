"""Whether the first line of a table names its columns, or is a row as all others."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ser_tasks.bundles.inference.inputs import SUFFIXES
from ser_tasks.corpora.importing.columns import NAMES
from ser_tasks.corpora.importing.locate import is_there
from ser_tasks.corpora.vocabulary import class_of, plain

KNOWN = {name for names in NAMES.values() for name in names.split()}
Line = Sequence[str]


def is_row(first: Line, others: Sequence[Line], folders: Sequence[Path]) -> bool:
    """Whether a cell of it is a sound, or the path of one, or an emotion above others.

    Args:
        first: cells of the first line
        others: of the lines below it
        folders: that paths may begin at
    """
    if list(first) == [str(place) for place in range(len(first))]:  # as pandas numbers columns without names
        return False
    below = [[line[place] for line in others if place < len(line)] for place in range(len(first))]
    return any(_is_value(cell, column, folders) for cell, column in zip(first, below, strict=True) if cell)


def _is_value(cell: str, below: Sequence[str], folders: Sequence[Path]) -> bool:
    if plain(cell) in KNOWN:
        return False
    return _ending(cell) in SUFFIXES or _is_label(cell, below) or _is_path(cell, below) or is_there(cell, folders)


def _ending(cell: str) -> str:
    return PurePosixPath(cell.replace("\\", "/")).suffix.lower()


def _is_label(cell: str, below: Sequence[str]) -> bool:
    """An emotion, and most of those below it are; the name of a column of soft labels stands above numbers."""
    return class_of(cell) is not None and 2 * sum(class_of(value) is not None for value in below) > len(below)


def _is_path(cell: str, below: Sequence[str]) -> bool:
    """As many folders as in each path below it."""
    return bool(below) and _depth(cell) > 0 and all(_depth(value) == _depth(cell) for value in below)


def _depth(cell: str) -> int:
    return cell.replace("\\", "/").count("/")
