"""How models are named and marked, the same in every section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipelines.report.parts import UNKNOWN
from pipelines.report.svg import LOOKS, badge
from ser_tasks.evaluation.metrics import Interval
from ser_tasks.evaluation.result import percent

if TYPE_CHECKING:
    from pipelines.report.block import Block
    from ser_tasks.evaluation.comparison.rows import Row

SAID = {
    "best": "best",
    "tied": "tied with the best",
    "worse": "worse",
    "not tested": "not tested",
    "adapted": "needs the speaker first",
    "dependent": "speaker-dependent, not to be quoted",
}


def marked(block: Block, row: Row) -> Markup:
    """Shape, then name; how it stands is there for who cannot see the shape."""
    mark = block.mark(row)
    spoken = Markup('<span class="out-of-sight">, {}</span>').format(SAID[mark])
    return Markup("{} {}{}").format(badge(LOOKS[mark]), row.name, spoken)


def mark_words(block: Block, row: Row) -> Markup:
    """Shape, then what it says in a word."""
    mark = block.mark(row)
    return Markup("{} {}").format(badge(LOOKS[mark]), "not ranked" if mark == "adapted" else mark)


def legend(*names: str) -> list[tuple[Markup, str]]:
    """Shapes with their words."""
    return [(badge(LOOKS[name]), SAID[name]) for name in names]


def between(interval: Interval) -> str:
    """[57.0, 65.2]."""
    return f"[{percent(interval.low)}, {percent(interval.high)}]"


def signed(difference: float) -> str:
    """+1.2, −1.2: points of a share, with a minus sign that is one."""
    return f"{100 * difference:+.1f}".replace("-", "−")


def over_folds(result: Mapping[str, Any]) -> str:
    """80.1 ± 6.0; of a single fold there is no spread."""
    if len(result["folds"]) == 1:
        return UNKNOWN
    return f"{percent(result['uar_fold_mean'])} ± {percent(result['uar_fold_sd'])}"


def count(number: float, noun: str) -> str:
    """1 speaker, 2 speakers."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", " ")


def seconds(spent: float | None) -> str:
    """12 s, 3.4 min, 2.1 h."""
    if spent is None:
        return UNKNOWN
    if spent < 100:
        return f"{spent:.0f} s"
    return f"{spent / 60:.0f} min" if spent < 6000 else f"{spent / 3600:.1f} h"


def size(cost: Mapping[str, Any] | None) -> str | Markup:
    """210 kB; of a network its weights too."""
    if not cost or cost.get("bytes") is None:
        return UNKNOWN
    length = f"{cost['bytes'] / 1e6:.1f} MB" if cost["bytes"] >= 1e6 else f"{cost['bytes'] / 1e3:.0f} kB"
    if cost.get("weights") is None:
        return length
    return Markup("{}<br><small>{} weights</small>").format(length, _many(cost["weights"]))


def _many(number: int) -> str:
    return f"{number / 1e6:.1f} M" if number >= 1e6 else f"{number / 1e3:.0f} k"
