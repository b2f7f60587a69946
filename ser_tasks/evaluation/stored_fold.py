"""A fold whose features stay on the disk, of a model that reads them a block at a time."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.features.augmentation_copies import copies_of
from ser_tasks.features.stored_rows import StoredRows, stored_rows

if TYPE_CHECKING:
    from ser_tasks.models.recogniser import Features


def read_stored(features: Path, utterance_ids: Sequence[str], copy: int) -> StoredRows | None:
    """Rows of these utterances, or of their augmented copies; None, with a warning, where they cannot be unpacked."""
    try:
        return stored_rows(features, copies_of(utterance_ids, copy) if copy else utterance_ids)
    except OSError as error:
        warnings.warn(
            f"{features}: these features cannot be unpacked to be read from the disk ({error}), so they are held in "
            "memory, if they fit.",
            stacklevel=2,
        )
        return None


@dataclass(frozen=True)
class StoredRequest(FoldRequest):
    """One fold of a model of FROM_DISK."""

    joining = (read_stored,)

    def read(self, copy: int = 0) -> Features:
        """The same, left on the disk."""
        found: Any = read_stored(self.features, self.labels.utterance_ids, copy)
        return super().read(copy) if found is None else cast("Features", found)
