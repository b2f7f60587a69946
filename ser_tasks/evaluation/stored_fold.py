"""A fold whose features stay on the disk, of a model that reads them a block at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ser_tasks.evaluation.cross_corpus import corpus_of, own_name
from ser_tasks.evaluation.fold import CrossRequest, DegradedRequest, FoldRequest
from ser_tasks.evaluation.fold_features import read_corpora, read_degraded
from ser_tasks.features.augmentation_copies import CONDITION_MARK as MARK
from ser_tasks.features.augmentation_copies import copies_of
from ser_tasks.features.joined_rows import JoinedRows, joined_rows, scale_of
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


def corpora_on_disk(
    sources: Sequence[tuple[str, Path]], utterance_ids: Sequence[str], normalised_over: Sequence[str], copy: int
) -> JoinedRows | None:
    """What `read_corpora` reads, left on the disk; None, with a warning, where it cannot be unpacked."""

    def read(path: Path, corpus: str, names: Sequence[str]) -> Any:
        mine = [own_name(name) for name in names if corpus_of(name) == corpus]
        return rows_on_disk(path, copies_of(mine, copy) if copy else mine)

    parts = [read(path, corpus, utterance_ids) for corpus, path in sources]
    over = [read(path, corpus, normalised_over) for corpus, path in sources] if normalised_over else []
    if any(part is None for part in (*parts, *over)):
        return None
    return joined_rows(parts, [scale_of(part) for part in over])


@dataclass(frozen=True, kw_only=True)
class StoredCrossRequest(CrossRequest):
    """The same over several corpora, each z-scored on the way if they are to be."""

    joining = (read_corpora, corpora_on_disk)  # type: ignore[assignment]  # one more than the base has

    def read(self, copy: int = 0) -> Features:
        """The same, left on the disk."""
        found: Any = corpora_on_disk(self.sources, self.labels.utterance_ids, self.heard, copy)
        return super().read(copy) if found is None else cast("Features", found)


def conditions_on_disk(
    clean: Path,
    conditions: Sequence[tuple[str, Path]],
    *,
    utterance_ids: Sequence[str],
    tested: Sequence[str],
    copy: int,
) -> JoinedRows | None:
    """What `read_degraded` reads, left on the disk; None, with a warning, where it cannot be unpacked."""
    own, again = ([name for name in names if MARK not in name] for names in (utterance_ids, tested))
    clean_rows = rows_on_disk(clean, copies_of(own, copy) if copy else own)
    parts: list[Any] = [clean_rows, *(rows_on_disk(path, again) for _, path in conditions)]
    return None if any(part is None for part in parts) else joined_rows(parts)


@dataclass(frozen=True, kw_only=True)
class StoredDegradedRequest(DegradedRequest):
    """The same with degraded test utterances behind the clean ones."""

    joining = (read_degraded, conditions_on_disk)  # type: ignore[assignment]  # as above

    def read(self, copy: int = 0) -> Features:
        """The same, left on the disk."""
        ids, tested = self.labels.utterance_ids, self.fold.test
        asked: Any = (self.features, self.conditions)
        found: Any = conditions_on_disk(*asked, utterance_ids=ids, tested=tested, copy=copy)
        return super().read(copy) if found is None else cast("Features", found)
