"""Confusion matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from pipelines.report.parts import Cell, Section, finding, folded, join, render, table
from ser_tasks.evaluation.comparison.predictions import confusion as counts_of
from ser_tasks.evaluation.result import percent

if TYPE_CHECKING:
    from pipelines.report.block import Block
    from ser_tasks.evaluation.comparison.rows import Row

FIRST = 2  # matrices that are always open


def confusion(block: Block) -> Section | None:
    """The section: one matrix for each model whose predictions are on this machine."""
    made = [_matrix(row, block.classes) for row in block.predicted]
    if not made:
        return None
    open_, others = made[:FIRST], made[FIRST:]
    worst = _most_frequent(block.predicted[0], block.classes)
    return Section(
        "confusion",
        "Confusions",
        join(
            finding(worst),
            _side_by_side(open_),
            folded(
                f"{len(others)} more: {', '.join(row.name for row in block.predicted[FIRST:])}", _side_by_side(others)
            )
            if others
            else None,
        ),
    )


def _matrix(row: Row, classes: Sequence[str]) -> Markup:
    assert row.answers is not None
    counts = counts_of(row.answers, classes)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    rows: list[list[str | Cell]] = [
        [name, *(_cell(int(counts[i, j]), float(share[i, j]), hit=i == j) for j in range(len(classes)))]
        for i, name in enumerate(classes)
    ]
    return table(
        f"{row.name}: rows the truth, columns the prediction; % of the row, and utterances",
        ["truth", *classes],
        rows,
        css="grid",
    )


def _cell(count: int, share: float, *, hit: bool) -> Cell:
    text = render("share", f"{100 * share:.0f} %", count) if count else "·"
    return Cell(text, share, css="hit" if hit else "")


def _most_frequent(row: Row, classes: Sequence[str]) -> str:
    assert row.answers is not None
    counts: NDArray[np.int64] = counts_of(row.answers, classes)
    share = np.where(np.eye(len(classes), dtype=bool), 0, counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    i, j = (int(place) for place in np.unravel_index(int(share.argmax()), share.shape))
    missed = f"{counts[i, j]} of {counts[i].sum()} utterances ({percent(share[i, j])} %)"
    return f"{row.name} most often takes {classes[i]} for {classes[j]}: {missed}."


def _side_by_side(made: Sequence[Markup]) -> Markup:
    return render("matrices", made)
