"""The cached Prefect tasks, the one module that imports prefect: pure functions plus caching and retries."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from prefect import State, Task, task
from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.client.schemas.objects import TaskRun
from threadpoolctl import threadpool_limits

from ser_tasks.asr.transcribe import Shard as SpokenShard
from ser_tasks.asr.transcribe import transcribe_shard
from ser_tasks.code_digest import code_digest
from ser_tasks.copy_ids import copies_of
from ser_tasks.corpora.balance import balance_training
from ser_tasks.corpora.manifest import Entry
from ser_tasks.corpora.reading import Sound, read_files
from ser_tasks.cost import Remembered, write_cost
from ser_tasks.cross_corpus import corpus_of, join_features, own_name
from ser_tasks.errors import UserError
from ser_tasks.evaluation import FoldOutcome, Labels, evaluate_fold
from ser_tasks.feature_table import read_features
from ser_tasks.features.store import Shard, compute_shard
from ser_tasks.models import MODELS
from ser_tasks.models.recogniser import Features
from ser_tasks.models.speaker_norm import speaker_norm
from ser_tasks.params import DemoParams, Params
from ser_tasks.quiet import load_keras
from ser_tasks.robustness.condition import MARK
from ser_tasks.robustness.store import DegradedShard, compute_degraded
from ser_tasks.speech_and_words import read_speech_and_words
from ser_tasks.splits import Fold
from ser_tasks.synthesis.corpus import synthesise_speaker
from ser_tasks.text.transcripts import OF_WORDS, read_transcripts
from ser_tasks.versions import library_versions


@dataclass(frozen=True)
class FoldRequest:
    """One fold of one evaluation: all that its outcome depends on, but for the code and the libraries."""

    fold: Fold
    labels: Labels
    features: Path  # the folder of its feature set of sound, or for words alone the table that holds them
    features_digest: str
    model: str
    params: Params
    seed: int
    work: Path  # a folder below it is this fold's own
    adopted: Path  # holds outcomes of folds that were trained on another machine
    words: Path | None = None  # the utterance table, of models that read it beside features

    @property
    def folder(self) -> Path:
        """Where the fold keeps its state and its progress."""
        return self.work / self.cache_key

    def read(self, copy: int = 0) -> Features:
        """Features of every utterance, in the order of the labels; or of their augmented copies, counted from 1."""
        return _features(self.features, self.model, self.labels.utterance_ids, copy, self.words)

    @cached_property
    def cache_key(self) -> str:
        """Digest of the request, of every project module that the fold's work can reach, and of the libraries."""
        model = MODELS[self.model]
        parts = [
            asdict(self.fold),
            asdict(self.labels),
            self.features_digest,
            [self.model, model.speaker_norm],
            model.section(self.params).model_dump(mode="json"),
            self.seed,
            code_digest(evaluate_fold, model.build, *model.code),
            library_versions(),
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class CrossRequest(FoldRequest):
    """One fold over several corpora, whose ids begin with the name of the corpus; `features` are the tested one's."""

    sources: tuple[tuple[str, Path], ...]  # of each corpus, in the order of the labels
    heard: tuple[str, ...]  # utterances that each corpus is normalised over; none: it is not

    def read(self, copy: int = 0) -> Features:
        """The same, each corpus z-scored over what is heard of it, if anything is named."""
        ids = self.heard or self.labels.utterance_ids
        mine = {corpus: [own_name(name) for name in ids if corpus_of(name) == corpus] for corpus, _ in self.sources}
        features = join_features([_features(path, self.model, mine[corpus], copy) for corpus, path in self.sources])
        if not self.heard:
            return features
        normalised = speaker_norm(features, np.array([corpus for corpus, own in mine.items() for _ in own]))
        place = {name: row for row, name in enumerate(ids)}
        rows = [place[name] for name in self.labels.utterance_ids]
        return tuple(normalised[row] for row in rows) if isinstance(normalised, tuple) else normalised[rows]


@dataclass(frozen=True, kw_only=True)
class DegradedRequest(FoldRequest):
    """One fold whose test part is the clean test utterances and, behind them, the same under each condition.

    The labels are those of all clean utterances, then of the degraded ones in the order of the conditions.
    """

    conditions: tuple[tuple[str, Path], ...]  # name and features of each
    trained: Path  # where the evaluation itself keeps this fold: what is trained there is not trained again

    @property
    def folder(self) -> Path:
        """That of the evaluation: the same training part, seed and settings give the same model."""
        return self.trained

    def read(self, copy: int = 0) -> Features:
        """Clean features, or of the augmented copies, then those under each condition."""
        clean = [name for name in self.labels.utterance_ids if MARK not in name]
        tested = [name for name in self.fold.test if MARK not in name]
        degraded = [_features(path, self.model, tested, 0) for _, path in self.conditions]
        return join_features([_features(self.features, self.model, clean, copy), *degraded])


def _worth_a_retry(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """A worker that died is worth another try; what the user must mend is not."""
    return not isinstance(state.result(raise_on_failure=False), UserError)


def _by_request(_context: object, inputs: Mapping[str, Any]) -> str:
    return str(inputs["request"].cache_key)


def _by_folds(_context: object, inputs: Mapping[str, Any]) -> str:
    """Everything that balancing depends on."""
    folds, labels = [asdict(fold) for fold in inputs["folds"]], asdict(inputs["labels"])
    parts = [folds, labels, inputs["method"], inputs["seed"], code_digest(balance_training), library_versions()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@task(
    name="evaluate fold",
    task_run_name="{request.model} {request.fold.name}",
    cache_policy=CachePolicy.from_cache_key_fn(_by_request),
    persist_result=True,
    result_serializer="json",
    retries=1,
    retry_condition_fn=_worth_a_retry,
)
def run_fold(request: FoldRequest) -> dict[str, Any]:
    """One fold's outcome, as a dictionary; kept on disk, so that a killed evaluation goes on from there."""
    adopted = request.adopted / f"{request.cache_key}.json"
    if adopted.exists():
        return dict(json.loads(adopted.read_text(encoding="utf-8")))
    threadpool_limits(1)  # for good: the same sums whatever the workers are, and no fight between them
    if MODELS[request.model].code:
        load_keras()
    remembered, began = Remembered(MODELS[request.model]), time.perf_counter()
    outcome = evaluate_fold(
        request.fold,
        request.labels,
        request.read(),
        remembered.model,
        request.params,
        seed=request.seed,
        copies=tuple(request.read(copy) for copy in range(1, _n_copies(request) + 1)),
        folder=request.folder,
    )
    write_cost(request.folder, remembered.built[-1], seconds=time.perf_counter() - began)
    return asdict(outcome)


def _n_copies(request: FoldRequest) -> int:
    """Augmented copies of each utterance: of sound, not of words."""
    words = MODELS[request.model].feature_set in OF_WORDS
    return 0 if words else request.params.signal_augmentation.copies


def _features(where: Path, model: str, utterance_ids: Sequence[str], copy: int, words: Path | None = None) -> Features:
    """Of these utterances; of their augmented copies of this number, if not 0."""
    if MODELS[model].feature_set in OF_WORDS:
        return read_transcripts(where, utterance_ids)
    if words is not None:
        return read_speech_and_words(where, words, utterance_ids, copy=copy)
    table = read_features(where, copies_of(utterance_ids, copy) if copy else utterance_ids)
    one_row_each = all(len(frames) == 1 for frames in table.frames)
    return table.matrix() if one_row_each else table.frames


@task(
    name="balance classes",
    cache_policy=CachePolicy.from_cache_key_fn(_by_folds),
    persist_result=True,
    result_serializer="json",
)
def balanced_training_parts(
    folds: Sequence[Fold], labels: Labels, *, method: Literal["down", "over"], seed: int
) -> list[list[str]]:
    """Utterance ids of each fold's training part, its classes equally large; kept on disk."""
    table = pd.DataFrame({"utterance_id": labels.utterance_ids, "emotion": labels.emotions})
    return [list(balance_training(table, fold, method=method, seed=seed).train) for fold in folds]


def fold_outcome(stored: Mapping[str, Any]) -> FoldOutcome:
    """The outcome that `run_fold` returned or that was found in the cache."""
    return FoldOutcome(tuple(stored["utterance_ids"]), tuple(map(tuple, stored["posteriors"])), dict(stored["chosen"]))


@task(name="decode files", cache_policy=NO_CACHE, retries=1, retry_condition_fn=_worth_a_retry)
def decode_files(root: Path, entries: list[Entry]) -> list[Sound]:
    """Some files of a corpus, decoded and held against the manifest."""
    return read_files(root, entries)


@task(name="extract shard", cache_policy=NO_CACHE, retries=1, retry_condition_fn=_worth_a_retry)
def extract_shard(shard: Shard, corpus_root: Path, folder: Path) -> None:
    """Features of one shard; the file is its own cache."""
    threadpool_limits(1)
    compute_shard(shard, corpus_root=corpus_root, folder=folder)


@task(name="degrade shard", cache_policy=NO_CACHE, retries=1, retry_condition_fn=_worth_a_retry)
def degrade_shard(shard: DegradedShard, corpus_root: Path, folder: Path) -> None:
    """Features of one shard under one condition; the file is its own cache."""
    threadpool_limits(1)
    compute_degraded(shard, corpus_root=corpus_root, folder=folder)


@task(name="hear shard", cache_policy=NO_CACHE, retries=1, retry_condition_fn=_worth_a_retry)
def hear_shard(shard: SpokenShard, corpus_root: Path, folder: Path) -> None:
    """Words of one shard by a speech recogniser; the file is its own cache."""
    transcribe_shard(shard, corpus_root=corpus_root, folder=folder)


@task(name="synthesise speaker", cache_policy=NO_CACHE)
def make_speaker(folder: Path, speaker: int, params: DemoParams) -> None:
    """All utterances of one synthetic speaker."""
    synthesise_speaker(folder, speaker, params)
