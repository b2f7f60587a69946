"""A table whose middle column is drawn: a dot with its interval in each row, one axis below all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.report.parts import PAGES
from pipelines.report.svg import Span, axis


@dataclass(frozen=True)
class Dot:
    """One row: its name, the picture, the figure in words, and a remark beside the name."""

    name: str | Markup
    drawn: Markup
    figure: str | Markup
    said: str = ""
    head: str = ""


def whiskers(caption: str, rows: Sequence[Dot | str], span: Span, legend: Sequence[tuple[Markup, str]]) -> Markup:
    """The whole picture; a string among the rows is a heading for those below it."""
    dots = [Dot("", Markup(""), "", head=row) if isinstance(row, str) else row for row in rows]
    made: Markup = PAGES.get_template("parts.html.jinja").module.whiskers(caption, dots, axis(span), legend)  # type: ignore[attr-defined]
    return made
