"""What a reader found at a path, before anything in it is taken for anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class ColumnChoice:
    """The column that has a role, and why."""

    column: str
    why: str


@dataclass(frozen=True)
class Header:
    """What the source says of itself; None is not said."""

    title: str | None = None
    citation: str | None = None
    licence: str | None = None
    language: str | None = None  # ISO 639-1


@dataclass(frozen=True)
class Meanings:
    """What the source says that its labels mean."""

    where: str  # it says so
    words: Mapping[str, str]  # label -> in words of the source
    classes: Mapping[str, str] = field(default_factory=dict)  # label -> class, or DROP: where the words mean none


NO_MEANINGS = Meanings("", {})


@dataclass(frozen=True)
class Ballot:
    """A label that a rater gave a sound."""

    rater: str | None  # None: nobody says who
    label: str
    weight: float = 1.0  # a share of all raters, where nobody says how many they are


@dataclass(frozen=True)
class SourceTable:
    """Rows as they were found: every cell is text or None, the index says where a row stands, for messages."""

    format: str  # for people
    table: pd.DataFrame
    folders: tuple[Path, ...]  # that relative paths may begin at, in this order
    roles: dict[str, ColumnChoice] = field(default_factory=dict)  # where the format itself says it
    header: Header = Header()
    notes: tuple[str, ...] = ()
    dropped: dict[str, int] = field(default_factory=dict)  # rows that were left out already, by reason
    encoding: str | None = None  # of a table of text; None: UTF-8, or none
    meanings: Meanings = NO_MEANINGS
    ballots: Mapping[str, tuple[Ballot, ...]] | None = None  # of each row, where several columns hold labels
    parts: Mapping[str, str] = field(default_factory=dict)  # of a split as the source spells it -> part, or DROP
    emobox: Path | None = None  # the folder of its folds, if it has folds
