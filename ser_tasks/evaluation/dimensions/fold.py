"""One fold of an evaluation of dimensions: what it depends on, and its outcome."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ser_tasks.evaluation.dimensions.scoring import DimensionOutcome, Ratings, evaluate_dimension_fold
from ser_tasks.evaluation.fold_features import read_degraded, reader_of
from ser_tasks.features.stored_rows import StoredRows, rows_on_disk
from ser_tasks.keras_backend import load_keras
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.versions import regressor_versions
from ser_tasks.provenance.code_digest import code_digest

if TYPE_CHECKING:
    from ser_tasks.evaluation.splits import Fold
    from ser_tasks.models.dimensions.regressor import DimensionModel
    from ser_tasks.models.recogniser import Features
    from ser_tasks.params import Params
    from ser_tasks.provenance.code_digest import Root


IN_MEMORY = 20_000  # utterances, whose functionals are 170 MB; of more a model takes what it can from the disk


@dataclass(frozen=True)
class DimensionRequest:
    """All that the outcome of a fold depends on, but for the code and the libraries."""

    fold: Fold
    ratings: Ratings
    features: Path  # the folder of its feature set, or for words the table that holds them
    features_digest: str
    model: str
    params: Params
    seed: int
    work: Path  # a folder below it is this fold's own
    joining: ClassVar[tuple[Root, ...]] = ()  # code that puts its features together from several places

    @property
    def folder(self) -> Path:
        """Where a network on frames keeps its state and its progress."""
        return self.work / self.cache_key

    def read(self) -> NDArray[Any] | StoredRows:
        """A row for each utterance, in the order of the ratings."""
        return rated_features(DIMENSION_MODELS[self.model], self.features, self.ratings.utterance_ids)

    @cached_property
    def cache_key(self) -> str:
        """Digest of the request, of all project code that its work can reach, and of the libraries."""
        model = DIMENSION_MODELS[self.model]
        parts = [
            asdict(self.fold),
            asdict(self.ratings),
            self.features_digest,
            [self.model, model.speaker_norm],
            model.section(self.params).model_dump(mode="json"),
            self.seed,
            code_digest(*dimension_code(model), *self.joining),
            regressor_versions(self.model),
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class DegradedDimensionRequest(DimensionRequest):
    """One fold whose test part is the clean test utterances and, behind them, the same under each condition.

    The ratings are those of all clean utterances, then of the degraded ones in the order of the conditions.
    """

    conditions: tuple[tuple[str, Path], ...]  # name and features of each
    trained: Path  # where the evaluation itself keeps this fold: what is trained there is not trained again
    joining = (read_degraded,)

    @property
    def folder(self) -> Path:
        """That of the evaluation: the same training part, seed and settings give the same model."""
        return self.trained

    def read(self) -> NDArray[Any]:
        """Clean features, then those under each condition."""
        asked = (reader_of(DIMENSION_MODELS[self.model].feature_set), self.features, self.conditions)
        ids, tested = self.ratings.utterance_ids, self.fold.test
        return _as_array(read_degraded(*asked, utterance_ids=ids, tested=tested, copy=0))


def dimension_code(model: DimensionModel) -> tuple[Root, ...]:
    """Where all code that a fold of this model depends on is reached from; not how features are extracted."""
    return (evaluate_dimension_fold, model.build, *model.code, rated_features, reader_of(model.feature_set))


def compute_dimension_fold(request: DimensionRequest) -> dict[str, Any]:
    """Its outcome, as a dictionary.

    Raises:
        UserError: features that are not there
    """
    threadpool_limits(1)  # for good: the same sums whatever the workers are, and no fight between them
    model = DIMENSION_MODELS[request.model]
    if model.keras:
        load_keras()
    asked = (request.fold, request.ratings, request.read(), model, request.params)
    return asdict(evaluate_dimension_fold(*asked, seed=request.seed, folder=request.folder))


def rated_features(model: DimensionModel, folder: Path, utterance_ids: Sequence[str]) -> NDArray[Any] | StoredRows:
    """A row for each utterance, or its dialogue; left on the disk where there are many, if the model can read it there.

    Raises:
        UserError: features that are not there
    """
    stored = rows_on_disk(folder, utterance_ids) if model.from_disk and len(utterance_ids) > IN_MEMORY else None
    if stored is not None:
        return stored
    return _as_array(reader_of(model.feature_set)(folder, utterance_ids, 0, None))


def _as_array(features: Features) -> NDArray[Any]:
    """Rows as they are; of frames or dialogues an array of objects, shape (n_utterances,), whatever NumPy would do."""
    if isinstance(features, np.ndarray):
        return features
    rows = np.empty(len(features), object)
    for place, own in enumerate(features):
        rows[place] = own
    return rows


def dimension_outcome(stored: Mapping[str, Any]) -> DimensionOutcome:
    """The outcome that the task returned or that was found in the cache."""
    rows = tuple(map(tuple, stored["predicted"]))
    return DimensionOutcome(tuple(stored["utterance_ids"]), rows, tuple(stored["half_widths"]), dict(stored["chosen"]))
