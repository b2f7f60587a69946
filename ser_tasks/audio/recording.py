"""What decoding gives: the samples of one file."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError


class AudioError(UserError):
    """A file that cannot be used as a recording."""


@dataclass(frozen=True)
class Recording:
    """What one file holds: samples of shape (n_samples, n_channels), full scale [-1, 1], in Hz."""

    samples: NDArray[np.float32]
    sampling_rate: int

    @property
    def duration(self) -> float:
        """Length in s."""
        return len(self.samples) / self.sampling_rate

    @property
    def sha256(self) -> str:
        """Digest of the sound itself: equal for a WAV and the FLAC made from it."""
        digest = hashlib.sha256(f"{self.sampling_rate} {self.samples.shape[1]}".encode())
        digest.update(np.ascontiguousarray(self.samples, dtype="<f4").tobytes())
        return digest.hexdigest()
