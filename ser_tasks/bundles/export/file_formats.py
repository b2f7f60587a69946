"""The formats of exported files in one table, by the ending of their names: ONNX and LiteRT."""

from __future__ import annotations

import io
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ser_tasks.bundles.export.exportable import AUDIO, FRONT_END, PROBABILITIES
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.bundles.card import Card

Weights: TypeAlias = Literal["float32", "float16", "int8"]

OPSET = 18
SMALLEST = 1_024  # values of an array that is worth storing as float16

Answering: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.floating]]
"""Signal of shape (n_samples,) -> probabilities of shape (n_classes,)."""


def onnx_file(recognise: Any, *, about: Mapping[str, str], weights: Weights) -> bytes:
    """The file.

    Args:
        recognise: from `whole_recogniser`
        about: written into the file's metadata
        weights: how those of the network are stored; the front end stays float32

    Returns:
        input "audio" (n_samples,), output "probabilities" (n_classes,)

    Source: tf2onnx (conversion), onnxruntime.quantization (int8)
    """
    import tf2onnx  # noqa: PLC0415  with TensorFlow

    model, _ = tf2onnx.convert.from_function(recognise, input_signature=recognise.input_signature, opset=OPSET)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "n_samples"
    if weights == "float16":
        _halve(model)
    elif weights == "int8":
        model = _quantised(model)
    for key, value in about.items():
        model.metadata_props.add(key=key, value=value)
    content: bytes = model.SerializeToString()
    return content


def _halve(model: Any) -> None:
    """Every large array of the network stored as float16, and made float32 again when the file is loaded.

    Raises:
        UserError: there is none
    """
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415  with the extra

    graph = model.graph
    kept = {name for node in graph.node if _of_front_end(node) for name in node.input}
    arrays = {array.name: numpy_helper.to_array(array) for array in graph.initializer if array.name not in kept}
    large = {name for name, values in arrays.items() if values.dtype == np.float32 and values.size >= SMALLEST}
    if not large:
        raise UserError(
            f"--weights float16: no array of this network has {SMALLEST} values, so the file would be that of float32. "
            "Leave --weights out."
        )
    for array in graph.initializer:
        if array.name not in large:
            continue
        values = arrays[array.name]
        name, stored = array.name, f"{array.name}/float16"
        array.CopyFrom(numpy_helper.from_array(values.astype(np.float16), stored))
        graph.node.insert(0, helper.make_node("Cast", [stored], [name], to=TensorProto.FLOAT))


def _quantised(model: Any) -> Any:
    """Products of matrices in 8-bit integers, their scales taken from each input anew."""
    import onnx  # noqa: PLC0415  with the extra
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="ser-export-") as folder:
        written = Path(folder) / "int8.onnx"
        quantize_dynamic(
            model,
            written,
            weight_type=QuantType.QUInt8,
            nodes_to_exclude=[node.name for node in model.graph.node if _of_front_end(node)],
            extra_options={"EnableSubgraph": True},
        )
        return onnx.load(written)


def _of_front_end(node: Any) -> bool:
    return str(node.name).startswith(f"{FRONT_END}/")


class OnnxRuntime:
    """Runs such a file on one core."""

    def __init__(self, file: Path) -> None:
        import onnxruntime  # noqa: PLC0415  with the extra

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def __call__(self, signal: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n_samples,) -> probabilities (n_classes,)."""
        return np.asarray(self.session.run([PROBABILITIES], {AUDIO: signal})[0])


def litert_file(recognise: Any, *, pages: Mapping[str, str]) -> bytes:
    """The file.

    Args:
        recognise: from `whole_recogniser`
        pages: files packed behind the model, as the format provides: `unzip FILE.tflite` gives them back

    Returns:
        a file with one signature: input "audio" (n_samples,), output "probabilities" (n_classes,)

    Source: tf.lite.TFLiteConverter
    """
    import tensorflow as tf  # noqa: PLC0415  takes seconds

    with tempfile.TemporaryDirectory(prefix="ser-export-") as folder:
        tf.saved_model.save(tf.Module(), folder, signatures=_frozen(recognise))  # keeps names of input and output
        packed = io.BytesIO(tf.lite.TFLiteConverter.from_saved_model(folder).convert())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, text in pages.items():
            archive.writestr(name, text)
    return packed.getvalue()


def _frozen(recognise: Any) -> Any:
    """The same function with its weights as constants: TensorFlow 2.21 converts the variables of Keras 3 to NaN."""
    import tensorflow as tf  # noqa: PLC0415  takes seconds
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2  # noqa: PLC0415

    constant = convert_variables_to_constants_v2(recognise.get_concrete_function())
    return tf.function(
        lambda audio: {PROBABILITIES: constant(audio)[0]}, input_signature=recognise.input_signature, autograph=False
    )


class LiteRt:
    """Runs such a file on one core."""

    def __init__(self, file: Path) -> None:
        import tensorflow as tf  # noqa: PLC0415  takes seconds

        with warnings.catch_warnings(action="ignore"):  # a deprecation warning of TensorFlow
            self.interpreter = tf.lite.Interpreter(model_path=str(file), num_threads=1)
        self.recognise = self.interpreter.get_signature_runner()

    def __call__(self, signal: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n_samples,) -> probabilities (n_classes,)."""
        return np.array(self.recognise(**{AUDIO: signal})[PROBABILITIES])


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
    """The format by the ending of a file's name.

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
