"""LiteRT (TensorFlow Lite): for phones and small boards."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def litert_file(recognise: Any, *, pages: Mapping[str, str]) -> bytes:
    """The file.

    Args:
        recognise: from `whole_recogniser`
        pages: files packed behind the model, as the format provides: `unzip FILE.tflite` gives them back

    Returns:
        one input (n_samples,), to be resized to each signal's length, one output (n_classes,)

    Source: tf.lite.TFLiteConverter
    """
    import tensorflow as tf  # noqa: PLC0415  takes seconds

    converter = tf.lite.TFLiteConverter.from_concrete_functions([recognise.get_concrete_function()], recognise)
    packed = io.BytesIO(converter.convert())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, text in pages.items():
            archive.writestr(name, text)
    return packed.getvalue()


class LiteRt:
    """Runs such a file on one core."""

    def __init__(self, file: Path) -> None:
        import tensorflow as tf  # noqa: PLC0415  takes seconds

        with warnings.catch_warnings(action="ignore"):  # TensorFlow says where this class will move to
            self.interpreter = tf.lite.Interpreter(model_path=str(file), num_threads=1)
        self.audio = self.interpreter.get_input_details()[0]["index"]
        self.probabilities = self.interpreter.get_output_details()[0]["index"]
        self.n_samples = 0

    def __call__(self, signal: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n_samples,) -> probabilities (n_classes,)."""
        if len(signal) != self.n_samples:
            self.interpreter.resize_tensor_input(self.audio, signal.shape)
            self.interpreter.allocate_tensors()
            self.n_samples = len(signal)
        self.interpreter.set_tensor(self.audio, signal)
        self.interpreter.invoke()
        return np.array(self.interpreter.get_tensor(self.probabilities))
