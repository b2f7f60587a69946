"""Where the sound of one utterance is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.audio.channels import MIX
from ser_tasks.audio.decode import read_mono


@dataclass(frozen=True)
class Clip:
    """A recording, the part and the channel of it, and its digest; start and end in s, None: the file's own."""

    utterance_id: str
    path: str
    start: float | None
    end: float | None
    sha256: str
    channel: str | None = None  # None: the mix

    @property
    def content(self) -> list[object]:
        """All that decides its values, whichever folder of the corpus was linked: not the path."""
        return [self.utterance_id, self.start, self.end, self.sha256, *([self.channel] if self.channel else [])]

    def mono(self, root: Path, sampling_rate: int) -> NDArray[np.float32]:
        """Its samples as models read them, shape (n_samples,), full scale [-1, 1]; see `read_mono`."""
        return read_mono(
            root / self.path,
            sampling_rate=sampling_rate,
            start=self.start,
            end=self.end,
            channel=self.channel or MIX,
        )


def clip_of(row: Mapping[Any, Any], utterance_id: str | None = None) -> Clip:
    """The clip of one row of a table of utterances."""
    said = {name: None if pd.isna(row[name]) else row[name] for name in ("start", "end", "channel") if name in row}
    return Clip(utterance_id=utterance_id or row["utterance_id"], path=row["path"], sha256=row["sha256"], **said)


def clips_of(spoken: pd.DataFrame) -> list[Clip]:
    """Clips of all rows, in their order; each has audio."""
    return [clip_of(row) for row in spoken.to_dict("records")]
