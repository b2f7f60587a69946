"""LiteRT (TensorFlow Lite): for phones and small boards."""

from __future__ import annotations

import io
import tempfile
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.bundles.export.names import AUDIO, PROBABILITIES


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

        with warnings.catch_warnings(action="ignore"):  # TensorFlow says where this class will move to
            self.interpreter = tf.lite.Interpreter(model_path=str(file), num_threads=1)
        self.recognise = self.interpreter.get_signature_runner()

    def __call__(self, signal: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n_samples,) -> probabilities (n_classes,)."""
        return np.array(self.recognise(**{AUDIO: signal})[PROBABILITIES])
