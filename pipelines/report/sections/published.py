"""What others published on the same corpus: cited, never ranked with ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipelines.report.parts import UNKNOWN, Cell, Section, finding, join, note, table
from ser_tasks.evaluation.comparison.published import published_on
from ser_tasks.evaluation.result import percent

if TYPE_CHECKING:
    from pipelines.report.block import Block
    from ser_tasks.evaluation.comparison.published import Published

COLUMNS = ("system", "UAR", "WA", "macro F1", "weighted F1", "comparable with ours?", "protocol", "source")


def published(block: Block) -> Section | None:
    """The section; None where nothing is known."""
    lines = published_on(block.comparison.corpus)
    if not lines:
        return None
    same = [line for line in lines if not line.differs_from(block.comparison)]
    others = [line for line in lines if line.differs_from(block.comparison)]
    rows = [_row(line, block) for line in (*same, *others)]
    beside = _beside(block, same) if same else None
    cited = note(
        "Cited as their sources state them, not reproduced here; in %. A dash: not stated. Not comparable means that "
        "no conclusion about the models follows from the difference."
    )
    return Section(
        "published",
        "What others published (cited)",
        join(beside, table("Published on this corpus", COLUMNS, rows, css="wide"), cited),
    )


def _beside(block: Block, same: list[Published]) -> Markup:
    """How many of the comparable ones are above our best."""
    best = block.rows[0]
    above = sum(_is_above(line, best.result) for line in same)
    figures = f"UAR {percent(best.result['uar_fold_mean'])} %, weighted F1 {percent(best.result['weighted_f1'])} %"
    return finding(
        f"On the same folds {above} of {len(same)} published systems are above {best.name} ({figures}, UAR as the mean "
        "over folds), by the first of UAR, weighted F1 and WA that they state. They are cited, not reproduced here, "
        "and cannot be tested against ours."
    )


def _is_above(line: Published, result: Mapping[str, Any]) -> bool:
    pairs = (
        (line.uar, result["uar_fold_mean"]),
        (line.weighted_f1, result["weighted_f1"]),
        (line.wa, result["accuracy"]),
    )
    return next((theirs > 100 * ours for theirs, ours in pairs if theirs is not None), False)


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
