"""`ser compare` on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from pipelines.display.tables import CONSOLE, show_rows
from pipelines.report.looks import over_folds
from ser_tasks.evaluation.comparison.verdict import p_value
from ser_tasks.evaluation.result import percent, with_interval

if TYPE_CHECKING:
    from pipelines.report.block import Block
    from ser_tasks.evaluation.comparison.rows import Row

SIGNS = {
    "best": "● best",
    "tied": "◆ tied",
    "worse": "○ worse",
    "not tested": "□ not tested",
    "adapted": "▲ hears the speaker first",
}


def show_blocks(blocks: Sequence[Block]) -> None:
    """A table and the verdict for each comparison."""
    for block in blocks:
        CONSOLE.print()
        show_rows([_line(block, row) for row in block.rows], title=escape(block.title))
        for sentence in block.verdict:
            CONSOLE.print(f"  {escape(sentence)}")
    CONSOLE.print(
        "\n[dim]UAR in %, 95 % interval over speakers. Tied: a paired test over speakers, corrected for the number of "
        "models (Holm), cannot tell it from the best.[/]"
    )


def _line(block: Block, row: Row) -> dict[str, str]:
    result = row.result
    dependent = block.dependent.get(row.name)
    return {
        "model": row.name,
        "stands": SIGNS[block.mark(row)],
        "p": _p(block, row),
        "UAR [95 %]": with_interval(result),
        "fold mean ± sd": over_folds(result),
        "WA": percent(result["accuracy"]),
        "F1": percent(result["macro_f1"]),
        "speaker-dependent": percent(dependent["uar"]) if dependent else "–",
    }


def _p(block: Block, row: Row) -> str:
    found = block.adapted_standing if row.hears_test_speakers else block.standing
    if found is None or row.name not in found.tests:
        return ""
    return p_value(found.tests[row.name].p).removeprefix("p ").removeprefix("= ")
