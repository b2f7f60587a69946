"""History of a training, epoch by epoch."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Epoch:
    """Figures of one epoch; losses weigh every class alike. None: trained without validation speakers."""

    loss: float
    val_loss: float | None
    val_uar: float | None
    seconds: float


@dataclass
class History:
    """The epochs so far, and which of them is kept: the best on the validation speakers, or the last."""

    keep: Literal["best", "last"]
    epochs: list[Epoch] = field(default_factory=list)

    @property
    def kept_epoch(self) -> int:
        """From 1; the best is the first with the highest UAR."""
        if self.keep == "last":
            return len(self.epochs)
        return int(np.argmax([epoch.val_uar or 0.0 for epoch in self.epochs])) + 1

    @property
    def kept(self) -> Epoch:
        """Figures of that epoch."""
        return self.epochs[self.kept_epoch - 1]

    def ended(self, *, epochs: int, patience: int) -> bool:
        """Whether there is no further epoch: all are done, or the last `patience` of them were no better."""
        done = len(self.epochs)
        return done >= epochs or (done > 0 and done - self.kept_epoch >= patience)
