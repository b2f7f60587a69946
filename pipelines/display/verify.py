"""What a person sees of `ser verify`."""

from collections import Counter
from collections.abc import Sequence

from pipelines.display.tables import CONSOLE
from pipelines.evaluations.status import Verdict

SHOWN = 12  # lines of one kind under a row
COLOURS = {"matches": "green", "reproduced": "green", "differs": "red", "NOT reproduced": "red"}


def show_verdict(verdict: Verdict) -> None:
    """One row: a word, the commit, and what is behind it."""
    word = verdict.in_a_word
    CONSOLE.print(
        f"[bold]{verdict.row.name}[/]  [{COLOURS.get(word, 'yellow')}]{word}[/]  [dim]{verdict.row.commit}[/]"
    )
    if verdict.answers is not None and not verdict.differs:
        CONSOLE.print(f"  its {verdict.answers} answers give its figures")
    if verdict.again is not None:
        CONSOLE.print(f"  computed again: {_largest(verdict)}")
        _lines(verdict.again.beyond, "red")
    _lines(verdict.differs, "red")
    _lines(verdict.libraries, "yellow" if verdict.again else "red")
    _lines(verdict.unchecked, "yellow")
    _lines(verdict.notes, "dim")


def _lines(lines: Sequence[str], colour: str) -> None:
    for line in lines[:SHOWN]:
        CONSOLE.print(f"  [{colour}]{_plain(line)}[/]")
    if len(lines) > SHOWN:
        CONSOLE.print(f"  [{colour}]and {len(lines) - SHOWN} more[/]")


def _plain(line: str) -> str:
    """Brackets of a list are not markup."""
    return line.replace("[", "\\[")


def _largest(verdict: Verdict) -> str:
    """The largest difference of each kind, and what was allowed."""
    found, tolerances = verdict.again, verdict.tolerances
    if found is None or tolerances is None or found.exact:
        return "the same figures, folds and answers, to the last digit"
    said = []
    for kind, largest in found.largest.items():
        allowed = getattr(tolerances, kind)
        scale, unit = (1, "") if kind == "posteriors" else (100, " points")
        said.append(f"{kind} differ by {scale * largest:.3g}{unit} at most ({scale * allowed:.3g} allowed)")
    return ", ".join(said)


def show_summary(verdicts: Sequence[Verdict], *, strict: bool) -> None:
    """How many of each, and what that means for the exit status."""
    counts = Counter(verdict.in_a_word for verdict in verdicts)
    CONSOLE.print(f"\n{len(verdicts)} rows: " + ", ".join(f"{n} {word}" for word, n in counts.items()))
    open_ones = [verdict for verdict in verdicts if verdict.unchecked and not verdict.failed]
    if open_ones:
        counted = "counted as failures (--strict)" if strict else "not counted as failures; --strict does"
        CONSOLE.print(f"[yellow]{len(open_ones)} could not be checked in full, {counted}.[/]")
