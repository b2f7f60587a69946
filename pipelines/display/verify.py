"""`ser verify` on the terminal."""

from collections import Counter
from collections.abc import Sequence

from pipelines.display.tables import CONSOLE
from pipelines.evaluations.status import Verdict
from ser_tasks.provenance.near_digest import TOLERANCE
from ser_tasks.provenance.versions import circumstances

SHOWN = 12  # lines of one kind under a row
COLOURS = {
    "matches": "green",
    "matches within tolerance": "green",
    "reproduced": "green",
    "differs": "red",
    "NOT reproduced": "red",
}


def show_verdict(verdict: Verdict) -> None:
    """Print one row: status, commit, and the reasons."""
    word = verdict.in_a_word
    CONSOLE.print(
        f"[bold]{verdict.row.name}[/]  [{COLOURS.get(word, 'yellow')}]{word}[/]  [dim]{verdict.row.commit}[/]"
    )
    if verdict.answers is not None and not verdict.differs:
        CONSOLE.print(f"  its {verdict.answers} predictions give its figures")
    if verdict.close is not None:
        CONSOLE.print(
            f"  posteriors as recorded but for {verdict.close:.1g} in the root mean square ({TOLERANCE:g} allowed), "
            "with the same likeliest classes"
        )
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
    """The line with its brackets escaped: they are not markup."""
    return line.replace("[", "\\[")


def _largest(verdict: Verdict) -> str:
    """The largest difference of each kind, and what was allowed."""
    found, tolerances = verdict.again, verdict.tolerances
    if found is None or tolerances is None or found.exact:
        return "the same figures, folds and posteriors, to the last digit"
    parts = []
    for kind, largest in found.largest.items():
        allowed = getattr(tolerances, kind)
        scale, unit = (1, "") if kind == "posteriors" else (100, " points")
        parts.append(f"{kind} differ by {scale * largest:.3g}{unit} at most ({scale * allowed:.3g} allowed)")
    return ", ".join(parts)


def show_summary(verdicts: Sequence[Verdict], *, strict: bool) -> None:
    """Print how many of each, and what that means for the exit status."""
    counts = Counter(verdict.in_a_word for verdict in verdicts)
    CONSOLE.print(f"\n{len(verdicts)} rows: " + ", ".join(f"{n} {word}" for word, n in counts.items()))
    here = circumstances()
    CONSOLE.print(f"[dim]Here: {_plain(here['processor'])}, {here['machine']}, {here['blas']}[/]")
    incomplete = [verdict for verdict in verdicts if verdict.unchecked and not verdict.failed]
    if incomplete:
        counted = "counted as failures (--strict)" if strict else "not counted as failures; --strict does"
        CONSOLE.print(f"[yellow]{len(incomplete)} could not be checked in full, {counted}.[/]")
