"""Pieces of Markdown."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

ESCAPED = str.maketrans({"|": "\\|", "<": "&lt;", ">": "&gt;", "*": "\\*", "\n": " "})
"""What would end a cell of a table, begin a tag or an emphasis."""


LINK = re.compile(r"\[([^\]]+)\]\((?!#|\w+://)([^)]+)\)")
"""To another file."""


def moved(page: Path) -> str:
    """A page of the project's folder as one of docs/reference: links to docs/ still lead there, others are text."""

    def link(found: re.Match[str]) -> str:
        inside = found[2].startswith("docs/")
        return f"[{found[1]}](../{found[2].removeprefix('docs/')})" if inside else found[1]

    return LINK.sub(link, page.read_text(encoding="utf-8"))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = (" | ".join(row) for row in (header, ["---"] * len(header), *rows))
    return "".join(f"| {line} |\n" for line in lines)


def plain(text: str) -> str:
    """Text of others, as it stands."""
    return text.translate(ESCAPED)


def code(text: str) -> str:
    """Monospaced, also inside a table."""
    return f"<code>{plain(text)}</code>" if "|" in text else f"`{text}`"


def codes(names: Iterable[str]) -> str:
    """Several names."""
    return ", ".join(code(name) for name in names)


def value(of: Any) -> str:
    """A value as params.yaml has it, in one line."""
    text = yaml.safe_dump(of, default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True)
    return code(text.removesuffix("\n").removesuffix("\n..."))
