"""One fold of an evaluation: what it depends on, how its features are read, and its outcome."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from ser_tasks.code_digest import code_digest
from ser_tasks.copy_ids import copies_of
from ser_tasks.cost import Remembered, write_cost
from ser_tasks.cross_corpus import corpus_of, join_features, own_name
from ser_tasks.evaluation import FoldOutcome, Labels, evaluate_fold
from ser_tasks.feature_table import read_features
from ser_tasks.models import MODELS
from ser_tasks.models.speaker_norm import speaker_norm
from ser_tasks.quiet import load_keras
from ser_tasks.robustness.condition import MARK
from ser_tasks.speech_and_words import read_speech_and_words
from ser_tasks.text.transcripts import OF_WORDS, read_transcripts
from ser_tasks.versions import library_versions

if TYPE_CHECKING:
    from ser_tasks.models.recogniser import Features
    from ser_tasks.params import Params
    from ser_tasks.splits import Fold


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


def compute_fold(request: FoldRequest) -> dict[str, Any]:
    """Its outcome, as a dictionary: trained now, unless it was trained on another machine.

    Raises:
        UserError: features that are not there
    """
    adopted = request.adopted / f"{request.cache_key}.json"
    if adopted.exists():
        return dict(json.loads(adopted.read_text(encoding="utf-8")))
    threadpool_limits(1)  # for good: the same sums whatever the workers are, and no fight between them
    if MODELS[request.model].keras:
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


def fold_outcome(stored: Mapping[str, Any]) -> FoldOutcome:
    """The outcome that `run_fold` returned or that was found in the cache."""
    return FoldOutcome(tuple(stored["utterance_ids"]), tuple(map(tuple, stored["posteriors"])), dict(stored["chosen"]))


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
