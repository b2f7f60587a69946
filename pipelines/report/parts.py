"""Pieces of every section: tables that a screen reader can read, pictures, notes, names and marks of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipelines.report.svg import LOOKS, Look, Span, axis, badge
from ser_tasks.evaluation.metrics import Interval
from ser_tasks.evaluation.result import percent
from ser_tasks.html import templates

if TYPE_CHECKING:
    from pipelines.report.block import Block
    from ser_tasks.evaluation.comparison.rows import Row


TEMPLATES = Path(__file__).parent / "templates"
PAGES = templates(TEMPLATES)

UNKNOWN = "–"


@dataclass(frozen=True)
class Section:
    """One part of a corpus' chapter; of the same kind in every corpus, so its anchor is made of both names."""

    name: str
    title: str
    body: Markup


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and how dark its ground is (a share from 0 to 1; None is white)."""

    text: str | Markup
    shade: float | None = None
    css: str = ""

    @property
    def style(self) -> Markup:
        """White to blue; the text turns white where that is dark."""
        if self.shade is None:
            return Markup("")
        red, green, blue = (round(255 - self.shade * (255 - end)) for end in (0, 84, 140))
        ink = "#fff" if self.shade > 0.55 else "#1a1a1a"
        return Markup("background:rgb({},{},{});color:{}").format(red, green, blue, ink)


def table(
    caption: str | Markup, columns: Sequence[str | Markup], rows: Sequence[Sequence[str | Cell]], *, css: str = ""
) -> Markup:
    """A table whose first column names its rows; wider than the screen, it can be moved sideways, by keyboard too."""
    cells = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    return render("table", caption, columns, cells, css)


def picture(caption: str | Markup, *drawn: str) -> Markup:
    """Pictures side by side as far as there is room, with words below."""
    return render("picture", caption, [Markup(one) for one in drawn])


def titled(title: str | Markup, drawn: Markup) -> Markup:
    """One of several pictures, with a name above."""
    return render("titled", title, drawn)


def note(text: str | Markup) -> Markup:
    """A sentence about the piece above it."""
    return render("note", text)


def finding(text: str | Markup) -> Markup:
    """The main result of a section."""
    return render("finding", text)


def folded(summary: str, *inside: Markup) -> Markup:
    """Details, folded on the screen and open on paper."""
    return render("folded", summary, Markup("").join(inside))


def join(*parts: Markup | None) -> Markup:
    """One after the other."""
    return Markup("").join(part for part in parts if part)


def page(template: str, **context: object) -> str:
    """A whole template."""
    return PAGES.get_template(template).render(**context)


def render(name: str, *arguments: object) -> Markup:
    """A piece of parts.html.jinja."""
    made: Markup = getattr(PAGES.get_template("parts.html.jinja").module, name)(*arguments)
    return made


STATUS = {
    "best": "best",
    "tied": "tied with the best",
    "worse": "worse",
    "not tested": "not tested",
    "adapted": "needs the speaker first",
    "dependent": "speaker-dependent, biased",
}


def marked(block: Block, row: Row) -> Markup:
    """Shape, then name; the status in words is there for those who do not see the shape."""
    mark = block.mark(row)
    return render("marked", badge(LOOKS[mark]), row.name, STATUS[mark])


def mark_words(block: Block, row: Row) -> Markup:
    """Shape, then the status in a word."""
    mark = block.mark(row)
    return with_badge(LOOKS[mark], "not ranked" if mark == "adapted" else mark)


def with_badge(look: Look, text: str) -> Markup:
    """Shape, then text."""
    return render("marked", badge(look), text)


def legend(*names: str) -> list[tuple[Markup, str]]:
    """Shapes with their words."""
    return [(badge(LOOKS[name]), STATUS[name]) for name in names]


def between(interval: Interval) -> str:
    """[57.0, 65.2]."""
    return f"[{percent(interval.low)}, {percent(interval.high)}]"


def signed(difference: float) -> str:
    """+1.2, −1.2: points of a share, with a minus sign that is one."""
    return f"{100 * difference:+.1f}".replace("-", "−")


def count(number: float, noun: str) -> str:
    """1 speaker, 2 speakers."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", " ")


def time_in_words(spent: float | None) -> str:
    """12 s, 3.4 min, 2.1 h."""
    if spent is None:
        return UNKNOWN
    if spent < 100:
        return f"{spent:.0f} s"
    return f"{spent / 60:.0f} min" if spent < 6000 else f"{spent / 3600:.1f} h"


def size_in_words(cost: Mapping[str, Any] | None) -> str | Markup:
    """210 kB; of a network its weights too."""
    if not cost or cost.get("bytes") is None:
        return UNKNOWN
    length = f"{cost['bytes'] / 1e6:.1f} MB" if cost["bytes"] >= 1e6 else f"{cost['bytes'] / 1e3:.0f} kB"
    if cost.get("weights") is None:
        return length
    return render("over", length, f"{_many(cost['weights'])} weights")


def _many(number: int) -> str:
    return f"{number / 1e6:.1f} M" if number >= 1e6 else f"{number / 1e3:.0f} k"


@dataclass(frozen=True)
class Dot:
    """One row: its name, the picture, the figure in words, and a remark beside the name."""

    name: str | Markup
    drawn: Markup
    figure: str | Markup
    note: str = ""
    head: str = ""


def whiskers(caption: str, rows: Sequence[Dot | str], span: Span, legend: Sequence[tuple[Markup, str]]) -> Markup:
    """The whole picture; a string among the rows is a heading for those below it."""
    dots = [Dot("", Markup(""), "", head=row) if isinstance(row, str) else row for row in rows]
    return render("whiskers", caption, dots, axis(span), legend)
