"""Weights in the file of CTranslate2, `model.bin`: a header, then name, shape, type and bytes of every variable.

Read here, because the library itself computes the last layer of an encoder alone, and hands out no weights.
Source: `Model.save` and `ModelSpec` of CTranslate2 4 (MIT), whose files have binary version 6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

NEWEST = 6  # binary version
STORED = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2", 5: "<u2"}  # by the number of the type; 5 is bfloat16
BFLOAT16 = 5
SCALE = "_scale"  # behind the name of integer weights: by what each row was multiplied

Weights = Mapping[str, NDArray[np.generic]]


def read_weights(file: Path, *, below: str = "") -> Weights:
    """Variables by name.

    Args:
        file: model.bin
        below: beginning of the names that are wanted, such as encoder/; taken off

    Returns:
        what was written as floating-point numbers, or quantised from them, as float32; counts and switches as they are

    Raises:
        UserError: another format, a newer one, or a file that ends too early
    """
    variables = {name: values for name, values in _variables(file) if name.startswith(below)}
    if not variables:
        raise UserError(f"{file}: it holds no weights below {below!r}. Take the folder of a model that has them.")
    scales = {name: values for name, values in variables.items() if name.endswith(SCALE)}
    return {
        name.removeprefix(below): _restored(values, scales.get(name + SCALE))
        for name, values in variables.items()
        if name not in scales
    }


def _restored(values: NDArray[np.generic], scale: NDArray[np.generic] | None) -> NDArray[np.generic]:
    if scale is None:
        return values.astype(np.float32) if values.dtype.kind == "f" else values
    columns = np.asarray(scale, np.float32).reshape(-1, *[1] * (values.ndim - 1) if scale.ndim else ())
    return np.asarray(values.astype(np.float32) / columns)


def _variables(file: Path) -> Iterator[tuple[str, NDArray[np.generic]]]:
    content, at = file.read_bytes(), 0

    def number(kind: str) -> int:
        nonlocal at
        (found,) = struct.unpack_from(f"<{kind}", content, at)
        at += struct.calcsize(kind)
        return int(found)

    def text() -> str:
        nonlocal at
        length = number("H")
        at += length
        if at > len(content):
            raise ValueError("a name is cut off")
        return content[at - length : at].rstrip(b"\0").decode()

    try:
        version = number("I")
        if not 3 <= version <= NEWEST:
            raise UserError(
                f"{file}: it begins with {version}, not with the binary version of a model of CTranslate2, 3 to "
                f"{NEWEST}. Take the folder of a model that was converted for CTranslate2 (faster-whisper)."
            )
        text(), number("I")  # the kind of the model, and its revision
        for _ in range(number("I")):
            name = text()
            shape = [number("I") for _ in range(number("B"))]
            kind, size = number("B"), number("I")
            stored = np.frombuffer(content[at : at + size], STORED[kind]).reshape(shape)
            at += size
            yield name, _widened(stored) if kind == BFLOAT16 else stored
        for _ in range(number("I")):  # further names of variables
            text(), text()
    except (struct.error, ValueError, KeyError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(
            f"{file}: it ends, or makes no sense, at byte {at} ({error}). Fetch it again: its copy is not whole."
        ) from None


def _widened(stored: NDArray[np.generic]) -> NDArray[np.float32]:
    """The upper halves of float32."""
    return (stored.astype(np.uint32) << 16).view(np.float32)
