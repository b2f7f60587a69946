"""Overlapping windows cut inside the network: any number of frames goes in, as many windows as hold them come out."""

from typing import Any

import keras
from keras import layers, ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable("ser")
class RollingWindows(layers.Layer):  # type: ignore[misc]  # keras has no types
    """Windows of `length` frames every `step`; a window is real where it holds a frame that none before it held.

    An utterance of n frames has 1 + ceil(max(0, n - length) / step) real windows, the last filled up with zeros.
    `length` is a multiple of `step`.
    """

    def __init__(self, *, length: int, step: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if length % step:
            raise ValueError(
                f"windows of {length} frames every {step}: the length is no multiple of the step. "
                "Take a step that divides it (128 and 64, 64 and 32)."
            )
        self.length, self.step = length, step

    def call(self, frames: Any, real: Any) -> tuple[Any, Any]:
        """(batch, n_frames, ...) and (batch, n_frames) -> (batch, n_windows, length, ...) and (batch, n_windows)."""
        n_steps = self._n_steps(ops.shape(frames)[1])
        parts = [self._in_steps(frames, n_steps), self._in_steps(real, n_steps)]  # (batch, n_steps, step, ...)
        overlaps = self.length // self.step
        n_windows = n_steps - overlaps + 1
        shifted = [parts[0][:, shift : shift + n_windows] for shift in range(overlaps)]
        starts = parts[1][:, :, 0]  # 1 where the first frame of a step is real
        first, later = starts[:, :1], starts[:, overlaps:]  # the newest step of the first window, and of the others
        return ops.concatenate(shifted, axis=2), ops.concatenate([first, later], axis=1)

    def compute_output_shape(self, frames_shape: Shape, real_shape: Shape) -> tuple[Shape, Shape]:
        """Of the windows and of their mask."""
        batch, n_frames = frames_shape[:2]
        n_windows = None if n_frames is None else self._n_steps(n_frames) - self.length // self.step + 1
        return (batch, n_windows, self.length, *frames_shape[2:]), (batch, n_windows)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "length": self.length, "step": self.step}

    def _n_steps(self, n_frames: Any) -> Any:
        """Steps that hold all frames and fill at least one window; a number where the shape is known, else a tensor."""
        n_steps, least = -(-n_frames // self.step), self.length // self.step
        return max(n_steps, least) if isinstance(n_steps, int) else ops.maximum(n_steps, least)

    def _in_steps(self, x: Any, n_steps: Any) -> Any:
        padding = [[0, 0], [0, self.length], *([0, 0] for _ in x.shape[2:])]
        x = ops.pad(x, padding)[:, : n_steps * self.step]
        return ops.reshape(x, (-1, n_steps, self.step, *x.shape[2:]))


@keras.saving.register_keras_serializable("ser")
class RealWindows(layers.Layer):  # type: ignore[misc]  # keras has no types
    """All windows of a batch as a batch; in training on TensorFlow without those of padding, which then cost nothing.

    The other backends compile every number of windows anew, and keep them.
    """

    def call(self, windows: Any, real: Any, training: bool | None = None) -> tuple[Any, Any]:
        """(batch, n_windows, ...) and (batch, n_windows) -> (n_kept, ...) and (n_kept,)."""
        windows, real = folded(windows), folded(real)
        if not _left_out(training):
            return windows, real
        from ser_tasks.models.networks.real_rows import real_rows  # TensorFlow alone

        return real_rows(windows, real), real_rows(real, real)

    def compute_output_shape(self, windows_shape: Shape, real_shape: Shape) -> tuple[Shape, Shape]:
        """Of the windows and of their mask."""
        return (None, *windows_shape[2:]), (None,)


@keras.saving.register_keras_serializable("ser")
class Unfold(layers.Layer):  # type: ignore[misc]  # keras has no types
    """One vector for each window that RealWindows kept back into rows: (n_kept, n_units), like (batch, n_windows)."""

    def call(self, vectors: Any, like: Any, training: bool | None = None) -> Any:
        """Shape (batch, n_windows, n_units)."""
        if _left_out(training):
            from ser_tasks.models.networks.real_rows import among_padding  # TensorFlow alone

            vectors = among_padding(vectors, folded(like))
        batch, n_windows = ops.shape(like)
        return ops.reshape(vectors, (batch, n_windows, vectors.shape[-1]))

    def compute_output_shape(self, vectors_shape: Shape, like_shape: Shape) -> Shape:
        """Rows of windows."""
        return (*like_shape, vectors_shape[-1])


def folded(x: Any) -> Any:
    """All windows of a batch as a batch: (batch, n_windows, ...) -> (batch * n_windows, ...)."""
    return ops.reshape(x, (-1, *x.shape[2:]))


def _left_out(training: bool | None) -> bool:
    return bool(training) and keras.backend.backend() == "tensorflow"
