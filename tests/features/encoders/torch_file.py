"""A state dict in the file format that PyTorch had before 1.6, written without PyTorch, opcode by opcode."""

import pickle
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

KINDS = {"float32": "FloatStorage", "int64": "LongStorage"}
START, TUPLE, REDUCE, EMPTY = b"(", b"t", b"R", b")"


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def whole(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def named(module: str, name: str) -> bytes:
    return b"c" + f"{module}\n{name}\n".encode()


def row(*values: int) -> bytes:
    return START + b"".join(map(whole, values)) + TUPLE


def tensor(key: str, array: np.ndarray, *, offset: int = 0) -> bytes:
    kind = named("torch", KINDS[array.dtype.name])
    storage = START + text("storage") + kind + text(key) + text("cpu") + whole(array.size) + b"N" + TUPLE + b"Q"
    steps = [step // array.itemsize for step in array.strides]
    hooks = named("collections", "OrderedDict") + EMPTY + REDUCE
    own = START + storage + whole(offset) + row(*array.shape) + row(*steps) + b"\x89" + hooks + TUPLE
    return named("torch._utils", "_rebuild_tensor_v2") + own + REDUCE


def state_dict(arrays: Mapping[str, np.ndarray], *, offset: int = 0) -> bytes:
    items = [
        text(name) + tensor(str(place), array, offset=offset) for place, (name, array) in enumerate(arrays.items())
    ]
    head = b"\x80\x02" + named("collections", "OrderedDict") + EMPTY + REDUCE
    return head + START + b"".join(items) + b"u."


def write(
    file: Path, arrays: Mapping[str, np.ndarray], *, state: bytes | None = None, magic: int = 0x1950A86A20F9469CFC6C
) -> Path:
    """The file; with `state`, that pickle in place of the state dict's."""
    about = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    head = [pickle.dumps(value, 2) for value in (magic, 1001, about)]
    keys = pickle.dumps([str(place) for place in range(len(arrays))], 2)
    numbers = [struct.pack("<q", array.size) + array.tobytes("A") for array in arrays.values()]
    file.write_bytes(b"".join([*head, state_dict(arrays) if state is None else state, keys, *numbers]))
    return file
