"""One line of a doctor's report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """`topic` is what was looked at; an error means that results on this folder would mislead."""

    level: Level
    topic: str
    text: str


def some(names: Sequence[str], *, at_most: int = 3) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - at_most} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more
