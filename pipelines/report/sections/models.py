"""Every model with its figures: dots with whiskers, then the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipelines.report.parts import (
    UNKNOWN,
    Cell,
    Dot,
    Section,
    count,
    join,
    legend,
    mark_words,
    marked,
    note,
    render,
    size_in_words,
    table,
    time_in_words,
    whiskers,
)
from pipelines.report.spread import over_folds
from pipelines.report.svg import LOOKS, Span, span_of, whisker
from ser_tasks.evaluation.result import percent, with_interval

if TYPE_CHECKING:
    from pipelines.report.block import Block
    from ser_tasks.evaluation.comparison.rows import Row

COLUMNS = (
    "model",
    "status",
    "reads",
    "UAR [95 %]",
    "fold mean ± sd",
    "WA",
    "macro F1",
    "weighted F1",
    "speaker-dependent UAR",
    "time",
    "size",
)


def models(block: Block) -> Section:
    """The section; its figures are those of the results, to the digit."""
    alone = sorted(set(block.dependent) - {row.name for row in block.rows})
    rows = [_row(block, row) for row in block.rows] + [_alone(name, block.dependent[name]) for name in alone]
    notes = [
        note(
            "Speaker-dependent: the same model under random folds, tested on voices of its training set. It is "
            "here to show the bias of that protocol, and is not to be reported."
        )
        if block.dependent
        else None,
        note(
            "Time: to train and to predict, all folds one after the other, by the clock of the machine that ran them. "
            "Size: weights of a network, or a fitted model pickled, of one fold. A dash: not known for results from "
            "before these were kept; evaluating again keeps them."
        ),
    ]
    return Section(
        "models", "Every model", join(_drawn(block), table(_caption(block), COLUMNS, rows, css="wide"), *notes)
    )


def _drawn(block: Block) -> Markup:
    beside = {name: float(result["uar"]) for name, result in block.dependent.items()}
    values = [row.result[key] for row in block.rows for key in ("uar_low", "uar_high")]
    span = span_of([*values, *(beside[row.name] for row in block.rows if row.name in beside)])
    groups: list[tuple[str, Sequence[Row]]] = [("", block.comparison.ranked)]
    if block.comparison.adapted:
        groups.append(("Needs all of a speaker's unlabelled audio first", block.comparison.adapted))
    dots: list[Dot | str] = []
    for head, rows in groups:
        dots += [head] * bool(head) + [_dot(block, row, span, beside.get(row.name)) for row in rows]
    used = dict.fromkeys(map(block.mark, block.rows)) | dict.fromkeys(["dependent"] * bool(beside))
    return whiskers(
        f"UAR and its 95 % interval. Dashed, if in sight: guessing, {percent(1 / len(block.classes))} %",
        dots,
        span,
        legend(*used),
    )


def _dot(block: Block, row: Row, span: Span, beside: float | None) -> Dot:
    result = row.result
    drawn = whisker(
        span,
        value=result["uar"],
        low=result["uar_low"],
        high=result["uar_high"],
        look=LOOKS[block.mark(row)],
        beside=beside,
        chance=1 / len(block.classes),
    )
    return Dot(marked(block, row), drawn, with_interval(result))


def _caption(block: Block) -> str:
    tested = f"{count(block.tested, 'test utterance')}, {count(block.tested_speakers, 'speaker')}"
    return f"{tested}. Figures in %, UAR pooled over the test folds."


def _row(block: Block, row: Row) -> list[Cell | str]:
    result, folds = row.result, row.costs.get("folds", [])
    known = bool(folds) and all("seconds" in fold for fold in folds)
    dependent = block.dependent.get(row.name)
    return [
        row.name,
        Cell(mark_words(block, row), css="words"),
        Cell(str(result["feature_set"]), css="words"),
        with_interval(result),
        over_folds(result),
        *(percent(result[key]) for key in ("accuracy", "macro_f1", "weighted_f1")),
        _flattered(dependent) if dependent else UNKNOWN,
        time_in_words(sum(fold["seconds"] for fold in folds) if known else None),
        size_in_words(folds[0] if known else None),
    ]


def _flattered(result: Any) -> Markup:
    return render("named", f"✕ {percent(result['uar'])}", "speaker-dependent")


def _alone(name: str, result: Any) -> list[Cell | str]:
    """A model that has been evaluated on known voices only."""
    unknown = [UNKNOWN] * 5
    head: list[Cell | str] = [
        name,
        Cell("speaker-dependent only", css="words"),
        Cell(str(result["feature_set"]), css="words"),
    ]
    return [*head, *unknown, _flattered(result), UNKNOWN, UNKNOWN]
