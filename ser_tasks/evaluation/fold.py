"""One fold of an evaluation: what it depends on, how its features are read, and its outcome."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from threadpoolctl import threadpool_limits

from ser_tasks.evaluation.code import evaluation_code
from ser_tasks.evaluation.cost import Remembered, write_cost
from ser_tasks.evaluation.fold_features import n_copies, read_corpora, read_degraded, reader_of
from ser_tasks.evaluation.scoring import FoldOutcome, Labels, evaluate_fold
from ser_tasks.keras_backend import load_keras
from ser_tasks.models import MODELS
from ser_tasks.models.model_versions import model_versions
from ser_tasks.provenance.code_digest import code_digest

if TYPE_CHECKING:
    from ser_tasks.evaluation.fold_features import Reader
    from ser_tasks.evaluation.splits import Fold
    from ser_tasks.models.recogniser import Features
    from ser_tasks.params import Params
    from ser_tasks.provenance.code_digest import Root


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
    joining: ClassVar[tuple[Root, ...]] = ()  # code that puts its features together from several places

    @property
    def folder(self) -> Path:
        """Where the fold keeps its state and its progress."""
        return self.work / self.cache_key

    def read(self, copy: int = 0) -> Features:
        """Features of every utterance, in the order of the labels; or of their augmented copies, counted from 1."""
        return self.reader(self.features, self.labels.utterance_ids, copy, self.words)

    @property
    def reader(self) -> Reader:
        """The reader of the model's feature set."""
        return reader_of(MODELS[self.model].feature_set)

    @property
    def n_copies(self) -> int:
        """Augmented copies of each utterance."""
        return n_copies(MODELS[self.model].feature_set, self.params.signal_augmentation.copies)

    @cached_property
    def cache_key(self) -> str:
        """Digest of the request, of all project code that its work can reach, and of the libraries."""
        model = MODELS[self.model]
        parts = [
            asdict(self.fold),
            asdict(self.labels),
            self.features_digest,
            [self.model, model.speaker_norm],
            model.section(self.params).model_dump(mode="json"),
            self.seed,
            code_digest(*evaluation_code(model), *self.joining),
            model_versions(self.model),
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class CrossRequest(FoldRequest):
    """One fold over several corpora, whose ids begin with the name of the corpus; `features` are the tested one's."""

    sources: tuple[tuple[str, Path], ...]  # of each corpus, in the order of the labels
    heard: tuple[str, ...]  # utterances that each corpus is normalised over; none: it is not
    joining = (read_corpora,)

    def read(self, copy: int = 0) -> Features:
        """The same, each corpus z-scored over the named utterances of it, if there are any."""
        return read_corpora(self.reader, self.sources, self.labels.utterance_ids, self.heard, copy)


@dataclass(frozen=True, kw_only=True)
class DegradedRequest(FoldRequest):
    """One fold whose test part is the clean test utterances and, behind them, the same under each condition.

    The labels are those of all clean utterances, then of the degraded ones in the order of the conditions.
    """

    conditions: tuple[tuple[str, Path], ...]  # name and features of each
    trained: Path  # where the evaluation itself keeps this fold: what is trained there is not trained again
    joining = (read_degraded,)

    @property
    def folder(self) -> Path:
        """That of the evaluation: the same training part, seed and settings give the same model."""
        return self.trained

    def read(self, copy: int = 0) -> Features:
        """Clean features, or of the augmented copies, then those under each condition."""
        ids, tested = self.labels.utterance_ids, self.fold.test
        asked = (self.reader, self.features, self.conditions)
        return read_degraded(*asked, utterance_ids=ids, tested=tested, copy=copy)


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
        copies=tuple(request.read(copy) for copy in range(1, request.n_copies + 1)),
        folder=request.folder,
    )
    write_cost(request.folder, remembered.built[-1], seconds=time.perf_counter() - began)
    return asdict(outcome)


def fold_outcome(stored: Mapping[str, Any]) -> FoldOutcome:
    """The outcome that `run_fold` returned or that was found in the cache."""
    return FoldOutcome(tuple(stored["utterance_ids"]), tuple(map(tuple, stored["posteriors"])), dict(stored["chosen"]))
