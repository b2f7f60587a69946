"""A network in ONNX Runtime: what prediction needs of a Keras model, without Keras."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ser_tasks.bundles.card import BaseCard

FILE, KERAS_FILE = "model.onnx", "model.keras"
FRAMES, MASK, LOGITS = "frames", "mask", "logits"
RUNTIME = "onnxruntime"  # package, of the extra 'export'


def runtime_installed() -> bool:
    """Whether ONNX Runtime can be imported."""
    return find_spec(RUNTIME) is not None


def has_network(card: BaseCard) -> bool:
    """Whether a bundle, or a member of it, holds a network."""
    return bool(_folders_of(card, KERAS_FILE))


def on_onnx_runtime(card: BaseCard) -> bool:
    """Whether a bundle predicts without Keras here, all members of an ensemble among them."""
    files = _folders_of(card, FILE)
    return bool(files) and files == _folders_of(card, KERAS_FILE) and runtime_installed()


def _folders_of(card: BaseCard, name: str) -> set[PurePosixPath]:
    """Folders within the bundle that hold a file of this name."""
    return {path.parent for path in map(PurePosixPath, card.files) if path.name == name}


class OnnxNetwork:
    """Takes the place of a Keras model in `network_logits`.

    On one core: sums have one order, so that a prediction is the same each time, and processes side by side are what
    uses the others.

    Args:
        file: written by `ser_tasks.bundles.onnx_network.conversion.onnx_bytes`
    """

    def __init__(self, file: Path) -> None:
        import onnxruntime  # noqa: PLC0415  with the extra

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        options.log_severity_level = 3  # errors; they are raised, too
        self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        (logits,) = self.session.get_outputs()
        self.output_shape: tuple[None, int] = (None, int(logits.shape[-1]))

    def predict_on_batch(self, given: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """Logits of a padded batch.

        Args:
            given: {"frames": (batch, n_frames, n_dims), "mask": (batch, n_frames), 1 real, 0 padding behind}, float32

        Returns:
            shape (batch, n_classes)
        """
        return np.asarray(self.session.run([LOGITS], dict(given))[0])
