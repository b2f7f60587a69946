"""The formats of exported files in one table, by the ending of their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ser_tasks.bundles.export.litert_file import LiteRt, litert_file
from ser_tasks.bundles.export.onnx_file import OnnxRuntime, Weights, onnx_file
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.bundles.card import Card

Answering: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.floating]]
"""Signal of shape (n_samples,) -> probabilities of shape (n_classes,)."""


@dataclass(frozen=True)
class FileFormat:
    """One line of the table."""

    runtime: str
    write: Callable[[Any, Card, Weights], bytes]
    run: Callable[[Path], Answering]
    packages: tuple[str, ...]  # that it takes, of the extra 'export'
    weights: tuple[Weights, ...]


def _onnx(recognise: Any, card: Card, weights: Weights) -> bytes:
    return onnx_file(recognise, about={**_about(card), "labels": "\n".join(card.classes)}, weights=weights)


def _litert(recognise: Any, card: Card, weights: Weights) -> bytes:
    pages = {"bundle.json": _about(card)["bundle"], "labels.txt": "\n".join(card.classes)}
    return litert_file(recognise, pages=pages)


def _about(card: Card) -> dict[str, str]:
    return {"sampling_rate": str(card.sampling_rate), "licence": card.licence, "bundle": card.model_dump_json()}


FILE_FORMATS: Mapping[str, FileFormat] = {
    ".onnx": FileFormat(
        "ONNX Runtime", _onnx, OnnxRuntime, ("onnx", "onnxruntime", "tf2onnx"), ("float32", "float16", "int8")
    ),
    ".tflite": FileFormat("LiteRT", _litert, LiteRt, (), ("float32",)),
}


def file_format(file: Path, weights: Weights) -> FileFormat:
    """The format that a file's name asks for.

    Raises:
        UserError: no such ending, weights that the format does not store so, or a package is missing
    """
    ending = file.suffix.lower()
    if ending not in FILE_FORMATS:
        raise UserError(
            f"{file}: no format that a bundle is exported to. Expected the ending {', '.join(FILE_FORMATS)}."
        )
    wanted = FILE_FORMATS[ending]
    if weights not in wanted.weights:
        raise UserError(
            f"--weights {weights}: {ending} files are written with {', '.join(wanted.weights)}, because their "
            "converter would round the front end too. Export to .onnx, or leave the option out."
        )
    missing = [package for package in wanted.packages if find_spec(package) is None]
    if missing:
        raise UserError(
            f"{file}: writing {ending} takes {', '.join(missing)}, not installed here. Install the extra: "
            "make setup-all"
        )
    return wanted
