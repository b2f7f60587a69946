"""Recordings as they come to a service: a file, the bytes of one, or samples."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.decode import read_recording
from ser_tasks.audio.recording import AudioError, Recording


def recording_from_bytes(content: bytes) -> Recording:
    """The bytes of a sound file or of a video, as `audio.decode.read_recording` reads it.

    Raises:
        AudioError: no sound file
    """
    with tempfile.TemporaryDirectory(prefix="ser-") as folder:
        file = Path(folder, "recording")
        file.write_bytes(content)
        try:
            return read_recording(file)
        except AudioError as error:
            raise AudioError(str(error).replace(str(file), f"the recording ({len(content)} bytes)")) from error


def recording_from_samples(samples: Sequence[float] | NDArray[np.floating], sampling_rate: int) -> Recording:
    """Samples of full scale [-1, 1], shape (n_samples,) or (n_samples, n_channels).

    Raises:
        AudioError: no samples, another shape, or a magnitude that full scale cannot have
    """
    values = np.asarray(samples, np.float32)
    if values.ndim not in (1, 2) or not values.size:
        raise AudioError(f"samples of shape {values.shape}. Expected (n_samples,) or (n_samples, n_channels).")
    if np.isfinite(values).all() and np.abs(values).max() > 2:
        raise AudioError(
            f"samples up to {np.abs(values).max():.0f}. Expected full scale to be 1: divide 16-bit integers by 32768."
        )
    return Recording(values.reshape(len(values), -1), int(sampling_rate))
