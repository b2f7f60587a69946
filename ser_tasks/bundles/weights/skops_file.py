"""skops files, which hold no pickle and build no object whose type is not named by their reader.

skops (0.16.0) names every object, and every file of an array, by its address in memory, and dates the files in the
archive: two dumps of one model are never equal. Here addresses become numbers in the order of the schema, and all dates
the same, so that the bytes depend on the object alone.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import sklearn.utils

from ser_tasks.bundles.card import REBUILD, BundleError

SCHEMA = "schema.json"


def write_skops(fitted: Any, file: Path) -> None:
    """Write an object; the same one gives the same bytes."""
    file.write_bytes(stable(_skops_io().dumps(fitted)))


def read_skops(file: Path, trusted: Sequence[str]) -> Any:
    """The object that `write_skops` wrote.

    Args:
        file: to read
        trusted: types that it may hold beside plain values and arrays

    Raises:
        BundleError: the file names a type that is not trusted, or is not a skops file
    """
    skops_io = _skops_io()
    try:
        untrusted = sorted(set(skops_io.get_untrusted_types(file=file)) - set(trusted))
        if untrusted:
            raise BundleError(
                f"{file}: holds objects of types that are not trusted: {', '.join(untrusted)}. Expected no other than "
                f"plain values, arrays and {', '.join(trusted)}. Do not load it. {REBUILD}"
            )
        return skops_io.load(file, trusted=list(trusted))
    except BundleError:
        raise
    except Exception as error:  # skops has no exception of its own for a file that it cannot read
        raise BundleError(f"{file}: not readable as a skops file ({error!r}). {REBUILD}") from error


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


def _skops_io() -> Any:
    """skops.io, where it is imported here for the first time without a list of all estimators that scikit-learn has.

    Those it would trust by themselves, and to import them all takes a second.
    """
    everything = sklearn.utils.all_estimators
    sklearn.utils.all_estimators = list
    try:
        return import_module("skops.io")
    finally:
        sklearn.utils.all_estimators = everything
