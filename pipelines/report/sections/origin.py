"""Where the figures are from: files, digests, versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.report.parts import UNKNOWN, Section, folded, join, table

if TYPE_CHECKING:
    from pipelines.report.block import Block


def origin(block: Block) -> Section:
    """Versions of the libraries and whatever a result says of its provenance."""
    libraries = sorted({name for row in block.rows for name in row.result["versions"]})
    versions = [[row.name, *(row.result["versions"].get(name, UNKNOWN) for name in libraries)] for row in block.rows]
    named = sorted({key for row in block.rows for key in _flat(row.result.get("provenance", {}))})
    parts = [table("Versions that made each result", ["model", *libraries], versions)]
    if named:
        rows = [
            [key, *(_short(_flat(row.result.get("provenance", {})).get(key)) for row in block.rows)] for key in named
        ]
        parts.append(
            table("Provenance; digests by their first twelve digits", ["", *(row.name for row in block.rows)], rows)
        )
    files = [[row.name, _file(row.result)] for row in block.rows]
    parts.append(table("Files", ["model", "result"], files))
    return Section("origin", "Where the figures are from", folded("Versions, digests, files", join(*parts)))


def _file(result: Mapping[str, Any]) -> str:
    return f"results/{result['corpus']}/{result['protocol']}/{result['model']}.json"


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in values.items():
        found |= _flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}": str(value)}
    return found


def _short(value: str | None) -> str:
    if value is None:
        return UNKNOWN
    digest = len(value) >= 32 and all(letter in "0123456789abcdef" for letter in value)
    return value[:12] if digest else value
