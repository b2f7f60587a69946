"""Everything that is wrong with label files, reported at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ser_tasks.corpora.corpus import CorpusError


@dataclass(frozen=True)
class Fault:
    """One thing that does not follow the grammar."""

    path: str  # relative to the corpus root
    found: str
    expected: str
    line: int | None = None  # counted from 1; None: the file itself

    def __str__(self) -> str:
        """As compilers print it: file:line: found, expected."""
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: found {self.found!r}, expected {self.expected}"


def refuse(name: str, root: Path, faults: Sequence[Fault]) -> None:
    """Stop if there is any fault.

    Raises:
        CorpusError: every one of them, with file and line
    """
    if not faults:
        return
    lines = "\n".join(f"  {fault}" for fault in faults)
    raise CorpusError(
        f"{root}: not in the grammar of {name}, {len(faults)} in all:\n{lines}\n"
        "Restore these files from the release, or move out of the folder what is not of it."
    )
