"""Progress of a fold: a small file that its trainer writes after each epoch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ser_tasks.atomic import atomic_path

if TYPE_CHECKING:
    from ser_tasks.models.training.history import History

FILE = "progress.json"


@dataclass(frozen=True)
class Progress:
    """One fold after its latest epoch; `seconds_left` at most, since it may stop early."""

    epoch: int
    epochs: int
    loss: float
    val_uar: float | None
    seconds_left: float


def write_progress(folder: Path, history: History, *, epochs: int) -> None:
    """State the latest epoch of `history`."""
    done, latest = len(history.epochs), history.epochs[-1]
    left = (epochs - done) * float(np.median([epoch.seconds for epoch in history.epochs]))
    progress = Progress(done, epochs, latest.loss, latest.val_uar, left)
    with atomic_path(folder / FILE) as temporary:
        temporary.write_text(json.dumps(asdict(progress)), encoding="utf-8")


def read_progress(folder: Path) -> Progress | None:
    """The latest epoch, or None before the first."""
    try:
        return Progress(**json.loads((folder / FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
