"""What others published on the same corpus: cited, never ranked with ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from pipelines.report.parts import UNKNOWN, Cell, Section, join, note, table
from ser_tasks.compare.published import published_on
from ser_tasks.result import percent

if TYPE_CHECKING:
    from pipelines.report.block import Block
    from ser_tasks.compare.published import Published

COLUMNS = ("system", "UAR", "WA", "macro F1", "weighted F1", "comparable with ours?", "protocol", "source")


def published(block: Block) -> Section | None:
    """None where nothing is known."""
    lines = published_on(block.comparison.corpus)
    if not lines:
        return None
    same = [line for line in lines if not line.differs_from(block.comparison)]
    others = [line for line in lines if line.differs_from(block.comparison)]
    rows = [_row(line, block) for line in (*same, *others)]
    beside = _beside(block) if same else None
    said = note(
        "Cited as their sources state them, not reproduced here; in %. A dash: not stated. Not comparable means that "
        "no conclusion about the models follows from the difference."
    )
    return Section(
        "published",
        "What others published (cited)",
        join(beside, table("Published on this corpus", COLUMNS, rows, css="wide"), said),
    )


def _beside(block: Block) -> Markup:
    best = block.rows[0]
    return note(
        f"For those with the same folds, ours to hold beside is the mean over folds: {best.name} "
        f"{percent(best.result['uar_fold_mean'])} ± {percent(best.result['uar_fold_sd'])}."
    )


def _row(line: Published, block: Block) -> list[Cell | str]:
    reasons = line.differs_from(block.comparison)
    figures = [UNKNOWN if value is None else f"{value:.1f}" for value in (line.uar, line.wa, line.f1, line.weighted_f1)]
    return [
        line.system,
        *figures,
        Cell(f"no: {'; '.join(reasons)}" if reasons else "yes: same classes, utterances and folds", css="left"),
        Cell(line.protocol, css="left"),
        Cell(line.source, css="left"),
    ]
