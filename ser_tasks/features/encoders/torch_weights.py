"""Weights as PyTorch saved them before version 1.6 (`.pth`): pickles, then the numbers; read without PyTorch.

A pickle can run any code. The one that is read here can name eight things, none of which does more than hold numbers.

Source: `torch.serialization._legacy_save` of PyTorch (BSD), protocol 1001
"""

from __future__ import annotations

import pickle
import struct
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ser_tasks.errors import UserError

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
ZIP = b"PK\x03\x04"
STORAGES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}

Arrays: TypeAlias = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Storage:
    """A run of numbers further down in the file.

    Attributes:
        key: that it is found by
        numbers: NumPy's name of their type
        count: of them
    """

    key: str
    numbers: str
    count: int


@dataclass(frozen=True)
class View:
    """A tensor: where its numbers lie in a storage, counted in numbers."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_torch_weights(file: Path) -> Arrays:
    """Tensors of a state dict by name.

    Raises:
        UserError: another format, anything in it but tensors, or a file that ends too early
    """
    with file.open("rb") as stream:
        if stream.read(4) == ZIP:
            raise UserError(
                f"{file}: PyTorch 1.6 or later wrote it (a zip); expected the format before that. With PyTorch: "
                "torch.save(torch.load(FILE, weights_only=True), OTHER, _use_new_zipfile_serialization=False)"
            )
        stream.seek(0)
        try:
            return _read(stream)
        except Exception as error:  # a broken pickle raises whatever its bytes lead to
            raise UserError(
                f"{file}: not a state dict of PyTorch, or not whole, at byte {stream.tell()} "
                f"({type(error).__name__}: {error}). Expected names and tensors of numbers alone. Fetch it again."
            ) from None


def _read(stream: IO[bytes]) -> Arrays:
    if (magic := _load(stream)) != MAGIC or (protocol := _load(stream)) != PROTOCOL:
        raise ValueError(f"begins with {magic!r}" if magic != MAGIC else f"protocol {protocol!r}")
    if not _load(stream)["little_endian"]:
        raise ValueError("numbers are big-endian")
    views = _load(stream)
    if not isinstance(views, dict) or not all(isinstance(view, View) for view in views.values()):
        raise ValueError("holds more than tensors by name")
    wanted = {view.storage.key: view.storage for view in views.values()}
    numbers = {key: _numbers(stream, wanted[key]) for key in _load(stream)}
    return {name: _array(view, numbers[view.storage.key]) for name, view in views.items()}


def _numbers(stream: IO[bytes], storage: Storage) -> NDArray[Any]:
    (count,) = struct.unpack("<q", stream.read(8))
    kind = np.dtype(storage.numbers)
    content = stream.read(max(0, count) * kind.itemsize)
    if count != storage.count or len(content) != count * kind.itemsize:
        raise ValueError(f"{storage.count} numbers expected, {count} stated, {len(content) // kind.itemsize} there")
    return np.frombuffer(content, kind)


def _array(view: View, numbers: NDArray[Any]) -> NDArray[Any]:
    """The numbers of a tensor, copied out of its storage."""
    last = view.offset + sum((size - 1) * step for size, step in zip(view.shape, view.strides, strict=True))
    if min(view.offset, *view.shape, *view.strides, 0) < 0 or (0 not in view.shape and last >= len(numbers)):
        raise ValueError(f"a tensor of shape {view.shape} reaches beyond its {len(numbers)} numbers")
    steps = [step * numbers.itemsize for step in view.strides]
    return np.array(as_strided(numbers[view.offset :], view.shape, steps), order="C")


class _Unpickler(pickle.Unpickler):
    """Of what a pickle may name, the few things that a state dict is made of."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _view
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        raise pickle.UnpicklingError(f"it names {module}.{name}, which is no part of a state dict")

    def persistent_load(self, pid: Any) -> Storage:
        kind, numbers, key, _, count, base = pid
        if kind != "storage" or numbers not in STORAGES.values() or base is not None:
            raise pickle.UnpicklingError(f"{kind!r} is no plain storage of numbers")
        return Storage(str(key), str(numbers), int(count))


def _load(stream: IO[bytes]) -> Any:
    return _Unpickler(stream, encoding="utf-8").load()


def _view(storage: Any, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> View:
    """As PyTorch rebuilds a tensor; whether it needs a gradient, and its hooks, are left aside."""
    if not isinstance(storage, Storage):
        raise pickle.UnpicklingError("a tensor without a storage")
    return View(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))
