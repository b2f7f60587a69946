"""What a reader found at a path, before anything in it is taken for anything: cells, values, and errors."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.vocabulary import plain
from ser_tasks.errors import UserError

PARTS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development", "devel"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
GENDERS = {
    **dict.fromkeys(("female", "f", "woman", "w", "weiblich", "femme", "donna", "mujer"), "female"),
    **dict.fromkeys(("male", "m", "man", "männlich", "homme", "uomo", "hombre"), "male"),
}
LANGUAGE = re.compile(r"[a-z]{2}")
SEPARATOR = ";"  # of several labels in a cell, where a source lists them apart
NOBODY = ("", "nan", "na", "n/a", "<na>", "none", "null", "unknown", "?")  # what programs write for an empty cell
WHOLE = re.compile(r"(\d+)\.0+")  # 3.0: a number that went through a column with gaps
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")


class SourceError(UserError):
    """The source leaves something open, or contradicts itself; the message ends with the options that fix it."""


def option(*words: str) -> str:
    """Words of a command line, quoted where a shell needs it."""
    return shlex.join(words)


def as_split(value: str) -> str | None:
    """Train, validation or test."""
    return PARTS.get(plain(value))


def as_gender(value: str) -> str | None:
    """Female or male."""
    return GENDERS.get(plain(value))


def as_language(value: str) -> str | None:
    """ISO 639-1: two letters, a region behind them cut off."""
    code = re.split(r"[-_]", value.strip().lower())[0]
    return code if LANGUAGE.fullmatch(code) else None


def as_speaker(value: str) -> str | None:
    """A name; 3 and 3.0 are the same one."""
    return None if value.strip().lower() in NOBODY else WHOLE.sub(r"\1", value) if WHOLE.fullmatch(value) else value


def as_number(value: str) -> str | None:
    """A number with a decimal point, as text."""
    return value.replace(",", ".") if NUMBER.fullmatch(value) else None


def as_turn(value: str) -> str | None:
    """A whole number."""
    number = as_number(value)
    return str(int(float(number))) if number is not None and float(number).is_integer() else None


def as_votes(value: str) -> str | None:
    """JSON, as an imported table has it: a list for each rater, of the rater and the labels given."""
    try:
        raters = json.loads(value)
    except ValueError:
        return None
    return value if isinstance(raters, list) and all(_is_vote(one) for one in raters) else None


def _is_vote(one: object) -> bool:
    return isinstance(one, list) and len(one) > 1 and all(isinstance(word, str) for word in one)


CLEAN: dict[str, Callable[[str], str | None]] = {
    "speaker": as_speaker,
    "split": as_split,
    "gender": as_gender,
    "language": as_language,
    "valence": as_number,
    "activation": as_number,
    "dominance": as_number,
    "turn": as_turn,
    "votes": as_votes,
}


@dataclass(frozen=True)
class ColumnChoice:
    """The column that has a role, and why."""

    column: str
    why: str


@dataclass(frozen=True)
class Header:
    """Title, citation, licence and language that the source states; None: not stated."""

    title: str | None = None
    citation: str | None = None
    licence: str | None = None
    language: str | None = None  # ISO 639-1


@dataclass(frozen=True)
class Meanings:
    """Meanings of labels by the source itself."""

    where: str  # they are stated
    words: Mapping[str, str]  # label -> in words of the source
    classes: Mapping[str, str] = field(default_factory=dict)  # label -> class, or DROP: where the words mean none


NO_MEANINGS = Meanings("", {})


@dataclass(frozen=True)
class Ballot:
    """A label that a rater gave a sound."""

    rater: str | None  # None: not known
    label: str
    weight: float = 1.0  # a share of all raters, where their number is not known


@dataclass(frozen=True)
class SourceTable:
    """Rows as they were found: every cell is text or None, the index is where a row stands, for messages."""

    format: str  # for people
    table: pd.DataFrame
    folders: tuple[Path, ...]  # that relative paths may begin at, in this order
    roles: dict[str, ColumnChoice] = field(default_factory=dict)  # stated by the format itself
    header: Header = Header()
    notes: tuple[str, ...] = ()
    dropped: dict[str, int] = field(default_factory=dict)  # rows that were left out already, by reason
    encoding: str | None = None  # of a table of text; None: UTF-8, or none
    meanings: Meanings = NO_MEANINGS
    ballots: Mapping[str, tuple[Ballot, ...]] | None = None  # of each row, where several columns hold labels
    parts: Mapping[str, str] = field(default_factory=dict)  # of a split as the source spells it -> part, or DROP
    scale: str | None = None  # of ratings, as --scale has it, where the source states it
    emobox: Path | None = None  # the folder of its folds, if it has folds
    implied: Mapping[str, str] = field(default_factory=dict)  # role -> column, as if it had been given
    separator: str | None = None  # that alone parts several labels in a cell, each a word of its own; None: see `votes`


@dataclass
class Rows:
    """What is left, and what went, as the checks go over it; `problems` are what must be fixed first."""

    table: pd.DataFrame  # the roles, and `file`
    drop: Sequence[str]  # kinds of rows to leave out, as given
    dropped: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    spare: pd.DataFrame = field(default_factory=pd.DataFrame)  # columns without a role, as they were imported
    ambiguous: Mapping[str, Sequence[Path]] = field(default_factory=dict)  # paths that name several files

    def leave_out(self, rows: "pd.Series[bool]", reason: str) -> None:
        """Leave rows out, counted; reasons are sentences."""
        if rows.any():
            self.dropped[reason] += int(rows.sum())
            self.table = self.table[~rows]

    def refuse(self, rows: "pd.Series[bool]", kind: str, what: str, hint: str) -> None:
        """Leave rows out if --drop was given for this kind, or note what is wrong with them."""
        if kind in self.drop:
            self.leave_out(rows, what)
        elif rows.any():
            first = some(list(self.table.index[rows]))
            self.problems.append(
                f"{int(rows.sum())} rows {what}: {first}. {hint}, or leave them out: add --drop {kind}."
            )
