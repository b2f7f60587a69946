"""skops files whose bytes depend on the object alone.

skops (0.16.0) names every object, and every file of an array, by its address in memory, and dates the files in the
archive: two dumps of one model are never equal. Here addresses become numbers in the order of the schema, and all dates
the same.
"""

import io
import json
import zipfile
from typing import Any

SCHEMA = "schema.json"


def stable(dumped: bytes) -> bytes:
    """The same skops file, objects numbered from 0 in the order in which the schema names them.

    Args:
        dumped: as skops.io.dumps gives it
    """
    numbers: dict[str, int] = {}
    with zipfile.ZipFile(io.BytesIO(dumped)) as old:
        schema = _numbered(json.loads(old.read(SCHEMA)), numbers)
        contents = {name: old.read(name) for name in old.namelist() if name != SCHEMA}
    renamed = {_renamed(name, numbers): content for name, content in contents.items()}
    renamed[SCHEMA] = json.dumps(schema, indent=2).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(renamed):
            new.writestr(zipfile.ZipInfo(name), renamed[name])  # of 1 January 1980, as ever
    return written.getvalue()


def _numbered(node: Any, numbers: dict[str, int]) -> Any:
    """A part of the schema with its addresses replaced; new ones get the next number."""
    if isinstance(node, list):
        return [_numbered(part, numbers) for part in node]
    if not isinstance(node, dict):
        return node
    return {key: _value(key, part, numbers) for key, part in node.items()}


def _value(key: str, value: Any, numbers: dict[str, int]) -> Any:
    if key == "__id__":
        return numbers.setdefault(str(value), len(numbers))
    if key == "file" and isinstance(value, str):
        return _renamed(value, numbers)
    return _numbered(value, numbers)


def _renamed(file: str, numbers: dict[str, int]) -> str:
    """The name of a file in the archive: 140213.npy -> 7.npy."""
    address, dot, ending = file.partition(".")
    return f"{numbers.setdefault(address, len(numbers))}{dot}{ending}"
