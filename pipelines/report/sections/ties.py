"""Paired tests against the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from pipelines.report.parts import STATUS, Cell, Section, join, note, signed, table, with_badge
from pipelines.report.svg import LOOKS
from ser_tasks.evaluation.comparison.verdict import p_value

if TYPE_CHECKING:
    from pipelines.report.block import Block
    from ser_tasks.evaluation.comparison.ties import Standing

COLUMNS = (
    "against",
    "status",
    "UAR, best less this",
    "95 % interval",
    "p, over speakers",
    "only best right",
    "only this right",
    "McNemar p",
)


def ties(block: Block) -> Section | None:
    """The section; None where there is nothing to test."""
    found = [one for one in (block.standing, block.adapted_standing) if one is not None and one.tests]
    if not found:
        return None
    return Section("ties", "Which models are tied", join(*(_tested(one) for one in found), _note()))


def _tested(found: Standing) -> Markup:
    rows = [_row(name, found) for name in found.order if name in found.tests]
    caption = (
        f"{found.best} against each other model on the same utterances, in points of UAR; p values corrected for "
        f"{len(rows)} test{'s' * (len(rows) > 1)} (Holm)."
    )
    return table(caption, COLUMNS, rows)


def _row(name: str, found: Standing) -> list[Cell | str]:
    mark, test = found.mark(name), found.tests[name]
    difference, (mcnemar, mcnemar_p) = test.difference, found.mcnemar[name]
    ends = (difference.interval.low, difference.interval.high)
    return [
        name,
        Cell(with_badge(LOOKS[mark], STATUS[mark]), css="words"),
        signed(difference.difference),
        f"[{', '.join(map(signed, ends))}]",
        p_value(test.p),
        str(mcnemar.first_only),
        str(mcnemar.second_only),
        p_value(mcnemar_p),
    ]


def _note() -> Markup:
    return note(
        "Marked by the first p: a paired bootstrap that draws whole speakers, with Student's t for their number. The "
        "intervals are not corrected. McNemar's exact test takes utterances for independent, which those of one "
        "speaker are not: read it beside, not instead. The best was chosen as the highest of all on these very "
        "utterances, so its lead is a little too large."
    )
