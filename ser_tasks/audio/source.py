"""A sound file before it is decoded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True)
class Source:
    """What a file says of itself, and how its samples are had.

    Attributes:
        path: of the file
        sampling_rate: in Hz
        n_channels: as they are
        n_samples: per channel, by the header; None: it does not say
        blocks: asked for so many samples at once, gives all of the file, shape (n_samples, n_channels), full scale
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
