"""Event files of a training: TensorBoard shows them while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import keras

    from ser_tasks.models.training.history import History

FOLDER = "tensorboard"

WriteEvents: TypeAlias = "Callable[[History, keras.Model], None]"


@contextmanager
def event_writer(folder: Path | None) -> Iterator[WriteEvents]:
    """A function that writes the latest epoch of a history: loss, val_loss, val_uar, and the learning rate after it.

    Nothing is imported, and nothing written, without a folder. A training that goes on from a checkpoint begins another
    file beside the first, which TensorBoard reads as one.

    Args:
        folder: of the training; the files lie in `tensorboard` below it. None: none are written

    Raises:
        UserError: TensorFlow, which writes them whatever backend computes, is not installed
    """
    if folder is None:
        yield lambda history, model: None
        return
    try:
        import tensorflow  # noqa: PLC0415  ten seconds, where another backend computes
    except ImportError as error:
        raise UserError(
            f"training.tensorboard is true, but TensorFlow, which writes the event files, cannot be loaded ({error}). "
            "Install it, or set training.tensorboard: false."
        ) from error
    writer = tensorflow.summary.create_file_writer(str(folder / FOLDER))
    with writer.as_default():
        yield lambda history, model: _write(tensorflow, writer, history, model)
    writer.close()


def _write(tensorflow: Any, writer: Any, history: History, model: keras.Model) -> None:
    latest = history.epochs[-1]
    values = {"loss": latest.loss, "val_loss": latest.val_loss, "val_uar": latest.val_uar}
    for name, value in {**values, "learning_rate": float(model.optimizer.learning_rate)}.items():
        if value is not None:  # trained without validation speakers
            _scalar(tensorflow, name, value, step=len(history.epochs))
    writer.flush()


def _scalar(tensorflow: Any, name: str, value: float, *, step: int) -> None:
    """What `tf.summary.scalar` writes, which needs the package tensorboard to be installed here."""
    metadata = tensorflow.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = "scalars"
    tensorflow.summary.write(name, tensorflow.constant(value, "float32"), step=step, metadata=metadata)
