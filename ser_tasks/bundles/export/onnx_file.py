"""ONNX: for ONNX Runtime, in any language it speaks."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ser_tasks.bundles.export.names import AUDIO, FRONT_END, PROBABILITIES

Weights: TypeAlias = Literal["float32", "float16", "int8"]

OPSET = 18
SMALLEST = 1_024  # values of an array that is worth storing as float16


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
    """Every large array of the network stored as float16, and made float32 again when the file is loaded."""
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415  with the extra

    graph = model.graph
    kept = {name for node in graph.node if _of_front_end(node) for name in node.input}
    for array in graph.initializer:
        values = numpy_helper.to_array(array)
        if array.name in kept or values.dtype != np.float32 or values.size < SMALLEST:
            continue
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
