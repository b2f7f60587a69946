"""Pieces that every section is made of: tables that a screen reader can read, figures, notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from ser_tasks.html import templates

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
    return _macro("table", caption, columns, cells, css)


def picture(caption: str | Markup, *drawn: str) -> Markup:
    """Pictures side by side as far as there is room, with words below."""
    return _macro("picture", caption, [Markup(one) for one in drawn])


def titled(title: str | Markup, drawn: Markup) -> Markup:
    """One of several pictures, with a name above."""
    return _macro("titled", title, drawn)


def note(said: str | Markup) -> Markup:
    """A sentence that belongs to what stands above."""
    return _macro("note", said)


def finding(said: str | Markup) -> Markup:
    """What a section comes to."""
    return _macro("finding", said)


def folded(summary: str, *inside: Markup) -> Markup:
    """What not everybody reads; open on paper."""
    return _macro("folded", summary, Markup("").join(inside))


def join(*parts: Markup | None) -> Markup:
    """One after the other."""
    return Markup("").join(part for part in parts if part)


def page(template: str, **context: object) -> str:
    """A whole template."""
    return PAGES.get_template(template).render(**context)


def _macro(name: str, *arguments: object) -> Markup:
    made: Markup = getattr(PAGES.get_template("parts.html.jinja").module, name)(*arguments)
    return made
