"""What decoding gives: the samples of one file; and what is said of a file that gives none."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

SHORTEST = 0.1  # s: below it some features do not exist


class AudioError(UserError):
    """A file that cannot be used as a recording."""


class ForeignError(AudioError):
    """A file that no decoder knows."""


class PointerError(AudioError):
    """What Git LFS leaves in the place of a file that was not fetched."""


@dataclass(frozen=True)
class Recording:
    """What one file holds: samples of shape (n_samples, n_channels), full scale [-1, 1], in Hz.

    `notes` are what a person should know of how it was read: nothing that was heard in part goes without one.
    """

    samples: NDArray[np.float32]
    sampling_rate: int
    notes: tuple[str, ...] = ()

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


def unreadable(path: Path, reason: str) -> ForeignError:
    """What is said of a file that no decoder knows."""
    with path.open("rb") as file:
        head = file.read(16)
    return ForeignError(
        f"{path}: not readable as sound ({reason}), its first bytes are {head!r}. Expected a sound file, or a video "
        "with sound, that libsndfile or FFmpeg can read: convert it, copy it again from its source, or leave it out."
    )


def damaged(path: Path, reason: str, *, after: float) -> AudioError:
    """What is said of a file whose sound breaks off, `after` so many s."""
    return AudioError(
        f"{path}: damaged: after {after:.2f} s of sound the decoder says {reason!r}. Copy it again from its source."
    )


def truncated(path: Path, *, promised: float, found: float, unit: str) -> AudioError:
    """What is said of a file that ends before it should."""
    return AudioError(
        f"{path}: truncated: the header promises {promised:.10g} {unit}, {found:.10g} are there. "
        "Copy it again from its source."
    )
