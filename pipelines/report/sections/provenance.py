"""Provenance of the figures: files, digests, versions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.report.parts import UNKNOWN, Section, folded, join, table

if TYPE_CHECKING:
    from pipelines.report.block import Block

MANY = 8  # lines
DIGEST = re.compile("[0-9a-f]{32,}")


def provenance(block: Block) -> Section:
    """The section: versions of the libraries, and the provenance of each result, if it has one."""
    libraries = sorted({name for row in block.rows for name in row.result["versions"]})
    versions = [[row.name, *(row.result["versions"].get(name, UNKNOWN) for name in libraries)] for row in block.rows]
    known = [_known(row.result.get("provenance", {})) for row in block.rows]
    named = dict.fromkeys(name for own in known for name in own)
    parts = [table("Versions that made each result", ["model", *libraries], versions)]
    if named:
        rows = [[name, *(_short(own.get(name, UNKNOWN)) for own in known)] for name in named]
        caption = "Digests of what made each result, their first twelve digits; of long lists, how many and one digest"
        parts.append(table(caption, ["of", *(row.name for row in block.rows)], rows))
    files = [[row.name, _file(row.result)] for row in block.rows]
    parts.append(table("Files", ["model", "result"], files))
    return Section("provenance", "Provenance", folded("Versions, digests, files", join(*parts)))


def _file(result: Mapping[str, Any]) -> str:
    return f"results/{result['corpus']}/{result['protocol']}/{result['model']}.json"


def _known(recorded: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Lines "name: value" of each part by their name; a part of many lines is one digest."""
    found: dict[str, str] = {}
    for part, lines in recorded.items():
        if len(lines) > MANY:
            digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
            found[part] = f"{len(lines)} · {_short(digest)}"
        else:
            found |= {f"{part}: {name}": value for name, _, value in (line.partition(": ") for line in lines)}
    return found


def _short(value: str) -> str:
    return value[:12] if DIGEST.fullmatch(value) else value
