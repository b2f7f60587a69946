"""The tasks that flows submit to workers, by name; what each does is a pure function of another module.

Features, transcripts and synthetic speech are files that are their own cache. Folds and balanced training sets are kept
under a digest of all that they depend on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ser_tasks.engine import task

if TYPE_CHECKING:
    from ser_tasks.corpora.manifest import Entry
    from ser_tasks.corpora.reading import Sound
    from ser_tasks.evaluation.dimensions.fold import DimensionRequest
    from ser_tasks.evaluation.fold import FoldRequest
    from ser_tasks.evaluation.robustness.store import DegradedShard
    from ser_tasks.evaluation.scoring import Labels
    from ser_tasks.evaluation.splits import Fold
    from ser_tasks.features.store import Shard
    from ser_tasks.params import DemoParams
    from ser_tasks.text.asr.transcribe import Shard as SpokenShard


def _by_request(request: FoldRequest) -> str:
    return request.cache_key


@task("evaluate fold", run_name="{request.model} {request.fold.name}", key=_by_request)
def run_fold(request: FoldRequest) -> dict[str, Any]:
    """One fold's outcome, as a dictionary; kept, so that a killed evaluation goes on from there."""
    from ser_tasks.evaluation.fold import compute_fold  # noqa: PLC0415

    return compute_fold(request)


def _by_dimension_request(request: DimensionRequest) -> str:
    return request.cache_key


@task("evaluate fold of dimensions", run_name="{request.model} {request.fold.name}", key=_by_dimension_request)
def run_dimension_fold(request: DimensionRequest) -> dict[str, Any]:
    """The same of a model of valence, activation and dominance."""
    from ser_tasks.evaluation.dimensions.fold import compute_dimension_fold  # noqa: PLC0415

    return compute_dimension_fold(request)


def _by_folds(folds: Sequence[Fold], labels: Labels, *, method: str, seed: int) -> str:
    """Everything that balancing depends on."""
    from ser_tasks.corpora.labels import balance_training  # noqa: PLC0415
    from ser_tasks.provenance.code_digest import code_digest  # noqa: PLC0415
    from ser_tasks.provenance.versions import library_versions  # noqa: PLC0415

    parts = [[asdict(fold) for fold in folds], asdict(labels), method, seed, code_digest(balance_training)]
    return hashlib.sha256(json.dumps([*parts, library_versions()], sort_keys=True).encode()).hexdigest()


@task("balance classes", key=_by_folds)
def balanced_training_parts(
    folds: Sequence[Fold], labels: Labels, *, method: Literal["down", "over"], seed: int
) -> list[list[str]]:
    """Utterance ids of each fold's training part, its classes equally large; kept on disk."""
    import pandas as pd  # noqa: PLC0415

    from ser_tasks.corpora.labels import balance_training  # noqa: PLC0415

    table = pd.DataFrame({"utterance_id": labels.utterance_ids, "emotion": labels.emotions})
    return [list(balance_training(table, fold, method=method, seed=seed).train) for fold in folds]


@task("decode files")
def decode_files(root: Path, entries: list[Entry]) -> list[Sound]:
    """Some files of a corpus, decoded and held against the manifest."""
    from ser_tasks.corpora.reading import read_files  # noqa: PLC0415

    return read_files(root, entries)


@task("extract shard")
def extract_shard(shard: Shard, corpus_root: Path, folder: Path) -> None:
    """Features of one shard; the file is its own cache."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    from ser_tasks.features.store import compute_shard  # noqa: PLC0415

    threadpool_limits(1)
    compute_shard(shard, corpus_root=corpus_root, folder=folder)


@task("degrade shard")
def degrade_shard(shard: DegradedShard, corpus_root: Path, folder: Path) -> None:
    """Features of one shard under one condition; the file is its own cache."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    from ser_tasks.evaluation.robustness.store import compute_degraded  # noqa: PLC0415

    threadpool_limits(1)
    compute_degraded(shard, corpus_root=corpus_root, folder=folder)


@task("recognise shard")
def recognise_shard(shard: SpokenShard, corpus_root: Path, folder: Path) -> None:
    """Words of one shard by a speech recogniser; the file is its own cache."""
    from ser_tasks.text.asr.transcribe import transcribe_shard  # noqa: PLC0415

    transcribe_shard(shard, corpus_root=corpus_root, folder=folder)


@task("synthesise speaker")
def make_speaker(folder: Path, speaker: int, params: DemoParams) -> None:
    """All utterances of one synthetic speaker."""
    from ser_tasks.corpora.synthesis.corpus import synthesise_speaker  # noqa: PLC0415

    synthesise_speaker(folder, speaker, params)
