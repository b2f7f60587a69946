"""Recall of each emotion by each model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report.parts import Cell, Section, finding, join, marked, table
from ser_tasks.evaluation.result import percent

if TYPE_CHECKING:
    from pipelines.report.block import Block


def recall(block: Block) -> Section:
    """The section: a table with backgrounds as dark as the recall is high."""
    rows = [
        [
            Cell(marked(block, row)),
            *(Cell(percent(row.result["recall"][name]), row.result["recall"][name]) for name in block.classes),
        ]
        for row in block.rows
    ]
    caption = "Share of each emotion that was recognised, in %; the darker, the more."
    hardest = min(block.classes, key=lambda name: float(block.rows[0].result["recall"][name]))
    best = block.rows[0]
    worst = f"{best.name} misses {hardest} most often: {percent(1 - best.result['recall'][hardest])} % of it."
    return Section(
        "recall",
        "Recall of each emotion",
        join(table(caption, ["model", *block.classes], rows, css="grid"), finding(worst)),
    )
