"""A fold whose features stay on the disk, of a model that reads them a block at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.features.augmentation_copies import copies_of
from ser_tasks.features.stored_rows import rows_on_disk

if TYPE_CHECKING:
    from ser_tasks.models.recogniser import Features


@dataclass(frozen=True)
class StoredRequest(FoldRequest):
    """One fold of a model of FROM_DISK."""

    joining = (rows_on_disk,)

    def read(self, copy: int = 0) -> Features:
        """The same, left on the disk."""
        ids = self.labels.utterance_ids
        found: Any = rows_on_disk(self.features, copies_of(ids, copy) if copy else ids)
        return super().read(copy) if found is None else cast("Features", found)
