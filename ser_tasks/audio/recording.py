"""A sound file before and after it is decoded, and the errors of one that cannot be."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

Samples: TypeAlias = NDArray[np.float32]

SHORTEST = 0.1  # s: below it some features do not exist


@dataclass(frozen=True)
class Source:
    """A sound file by its header, and how its samples are read.

    Attributes:
        path: of the file
        sampling_rate: in Hz
        n_channels: as they are
        n_samples: per channel, by the header; None: not stated
        blocks: samples at a time -> all samples of the file, shape (n_samples, n_channels), full scale
            [-1, 1]; the last block may be shorter, none is empty
        notes: what a person should know of how it was read; complete when the last block was given
    """

    path: Path
    sampling_rate: int
    n_channels: int
    n_samples: int | None
    blocks: Callable[[int], Iterator[Samples]]
    notes: list[str] = field(default_factory=list)

    @property
    def duration(self) -> float | None:
        """Length in s as the header states it."""
        return None if self.n_samples is None else self.n_samples / self.sampling_rate

    @property
    def decoded(self) -> float:
        """Bytes of the whole recording as 32-bit samples, all channels, as the header states it."""
        return 4.0 * self.n_channels * (self.n_samples or 0)


class AudioError(UserError):
    """A file that cannot be used as a recording."""


class ForeignError(AudioError):
    """A file that no decoder knows."""


class PointerError(AudioError):
    """What Git LFS leaves in the place of a file that was not fetched."""


@dataclass(frozen=True)
class Recording:
    """What one file holds: samples of shape (n_samples, n_channels), full scale [-1, 1], in Hz.

    `notes` are what a person should know of how it was read: nothing is read in part without one.
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
    """The error of a file that no decoder knows."""
    with path.open("rb") as file:
        head = file.read(16)
    return ForeignError(
        f"{path}: not readable as sound ({reason}), its first bytes are {head!r}. Expected a sound file, or a video "
        "with sound, that libsndfile or FFmpeg can read: convert it, copy it again from its source, or leave it out."
    )


def damaged(path: Path, reason: str, *, after: float) -> AudioError:
    """The error of a file whose sound breaks off, `after` so many s."""
    return AudioError(
        f"{path}: damaged: after {after:.2f} s of sound the decoder says {reason!r}. Copy it again from its source."
    )


def truncated(path: Path, *, promised: float, found: float, unit: str) -> AudioError:
    """The error of a file that ends before it should."""
    return AudioError(
        f"{path}: truncated: the header promises {promised:.10g} {unit}, {found:.10g} are there. "
        "Copy it again from its source."
    )
