"""One HTML file from blocks: nothing in it is fetched from anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from pipelines.report.block import Block
from pipelines.report.parts import STATUS, TEMPLATES, UNKNOWN, Cell, join, legend, page, render, table
from pipelines.report.sections import sections_of
from pipelines.report.sections.uncertainty import summary
from pipelines.report.svg import LOOKS, badge
from ser_tasks.atomic import atomic_path
from ser_tasks.evaluation.result import percent

NARROW = "\N{NO-BREAK SPACE}"  # so that a percent sign never begins a line


def write_report(blocks: Sequence[Block], to: Path, *, made_from: Mapping[str, str]) -> None:
    """Write the report.

    Args:
        blocks: chapters, in their order
        to: file
        made_from: what the code and the data were, by name
    """
    with atomic_path(to) as temporary:
        temporary.write_text(html(blocks, made_from=made_from), encoding="utf-8")


def html(blocks: Sequence[Block], *, made_from: Mapping[str, str]) -> str:
    """The report as text."""
    written = page(
        "page.html.jinja",
        blocks=[_chapter(block, f"chapter-{number}", _short(block, blocks)) for number, block in enumerate(blocks, 1)],
        overview=_overview(blocks),
        made_from="Made from " + "; ".join(f"{name} {value[:12]}" for name, value in made_from.items()) + ".",
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        script=Markup((TEMPLATES / "script.js").read_text(encoding="utf-8")),
    )
    return re.sub(r"(?<=\d) %", NARROW + "%", written)


def _chapter(block: Block, anchor: str, short: str) -> dict[str, Any]:
    about = f"{block.corpus.title}. {block.corpus.size}. Licence: {block.corpus.licence}. {block.corpus.citation}"
    return {
        "anchor": anchor,
        "title": block.title,
        "short": short,
        "corpus_title": block.name,
        "synthetic": block.corpus.kind == "synthetic",
        "verdict": block.verdict,
        "uncertainty": summary(block),
        "about": about,
        "sections": sections_of(block),
    }


def _short(block: Block, blocks: Sequence[Block]) -> str:
    """The corpus; its protocol too where there are several chapters of it."""
    alone = sum(one.corpus.name == block.corpus.name for one in blocks) == 1
    return block.name if alone else f"{block.name}, {block.protocol}"


def _overview(blocks: Sequence[Block]) -> Markup:
    """Table of models by comparisons; figures of different columns are not comparable."""
    ranked = [row.name for block in blocks for row in block.comparison.ranked]
    names = dict.fromkeys(ranked + [row.name for block in blocks for row in block.comparison.adapted])
    rows: list[list[str | Cell]] = [[name, *(_standing(block, name) for block in blocks)] for name in names]
    columns = [
        "model",
        *(render("over", block.name, f"{len(block.classes)} emotions, {block.protocol}") for block in blocks),
    ]
    caption = render(
        "legend_of",
        "UAR in % of every model everywhere.",
        legend(*list(STATUS)[:3], "adapted"),
        ". Columns differ in emotions, speakers and language: compare down, not across.",
    )
    return join(table(caption, columns, rows))


def _standing(block: Block, name: str) -> Cell:
    row = next((row for row in block.rows if row.name == name), None)
    if row is None:
        return Cell(UNKNOWN)
    mark = block.mark(row)
    figure = percent(row.result["uar"])
    text = render("strong", figure) if mark == "best" else figure
    return Cell(render("marked", badge(LOOKS[mark]), text, STATUS[mark]))
