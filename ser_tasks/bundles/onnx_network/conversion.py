"""A network of Keras as the bytes of an ONNX file."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from ser_tasks.bundles.onnx_network.canonical import canonical
from ser_tasks.bundles.onnx_network.runtime import FRAMES, LOGITS, MASK
from ser_tasks.keras_backend import silence

OPSET = 18
PACKAGES = ("onnx", "onnxruntime", "tf2onnx")  # of the extra 'export'


class NotConvertedError(Exception):
    """A network that stays with Keras; the message gives the reason."""


def onnx_bytes(network: Any) -> bytes:
    """The file: frames (batch, n_frames, n_dims) and mask (batch, n_frames) in, logits (batch, n_classes) out.

    Equal networks give equal bytes.

    Args:
        network: a keras.Model with the contract of `ser_tasks.models.networks`

    Raises:
        NotConvertedError: a package is missing, Keras runs on another backend than TensorFlow, or an operation has no
            counterpart in ONNX

    Source: tf2onnx
    """
    import keras  # noqa: PLC0415

    missing = [package for package in PACKAGES if find_spec(package) is None]
    if missing:
        raise NotConvertedError(f"it takes {', '.join(missing)}, not installed here (make setup, or the extra: export)")
    if keras.backend.backend() != "tensorflow":
        raise NotConvertedError(f"tf2onnx reads graphs of TensorFlow, and Keras runs on {keras.backend.backend()}")
    try:
        with silence():
            return _converted(network)
    except Exception as error:  # a converter raises whatever its parts raise
        raise NotConvertedError(f"{type(error).__name__}: {str(error)[:300]}") from error


def _converted(network: Any) -> bytes:
    import onnx  # noqa: PLC0415  with the extra
    import tensorflow as tf  # noqa: PLC0415
    import tf2onnx  # noqa: PLC0415

    from ser_tasks.bundles.onnx_network.fused_layers import fused  # noqa: PLC0415  with TensorFlow

    copy, n_dims = fused(network), network.input[FRAMES].shape[-1]
    frames = tf.TensorSpec((None, None, n_dims), tf.float32, name=FRAMES)
    signature = [{FRAMES: frames, MASK: tf.TensorSpec((None, None), tf.float32, name=MASK)}]
    graph = tf.function(lambda given: {LOGITS: copy(given, training=False)}, input_signature=signature, autograph=False)
    model, _ = tf2onnx.convert.from_function(graph, input_signature=signature, opset=OPSET)
    _name_axes(canonical(model))
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _name_axes(model: Any) -> None:
    """Those of any length; tf2onnx numbers them."""
    for value in (*model.graph.input, *model.graph.output):
        for axis, name in zip(value.type.tensor_type.shape.dim, ("batch", "n_frames"), strict=False):
            if not axis.HasField("dim_value"):
                axis.dim_param = name
