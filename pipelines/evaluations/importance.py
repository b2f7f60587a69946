"""Evaluations whose groups of features are shuffled: of classes, of votes, and of dimensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.evaluations.dimensions import DimensionEvaluation
from pipelines.evaluations.plan import Evaluation
from ser_tasks.bundles.explain.group_importance import Columns, ShuffledFold, distance_gains, drops, shuffled_fold
from ser_tasks.bundles.explain.rating_importance import ShuffledRatings, ccc_drops, shuffled_ratings_fold
from ser_tasks.evaluation.dimensions.comparison import CccDifference
from ser_tasks.evaluation.dimensions.scoring import DimensionOutcome, evaluate_dimension_fold, score_dimensions
from ser_tasks.evaluation.dimensions.scoring import prediction_table as rating_table
from ser_tasks.evaluation.scoring import FoldOutcome, evaluate_fold, prediction_table, score
from ser_tasks.features.stored_rows import StoredRows
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.ensembles.paired import UarDifference

if TYPE_CHECKING:
    from ser_tasks.evaluation.dimensions.fold import DimensionRequest
    from ser_tasks.evaluation.fold import FoldRequest
    from ser_tasks.models.recogniser import Features

Matrix = NDArray[np.float32]
UAR = ("uar", "uar_low", "uar_high")
CCC = ("ccc", "ccc_low", "ccc_high")


@dataclass(frozen=True)
class ClassStudy:
    """Of a model of classes, trained on labels or on votes.

    Attributes:
        evaluation: with one request for each fold and seed
        features: of every utterance, shape (n_utterances, n_dims)
        groups: name -> columns
        done: called after each training
        counts: of the votes on the utterances whose KL counts, as `counts_of` has them; None: a model of labels
    """

    evaluation: Evaluation
    features: Matrix
    groups: Mapping[str, Columns]
    done: Callable[[], None]
    counts: pd.DataFrame | None

    @property
    def requests(self) -> list[FoldRequest]:
        """One for each fold: those of the first seed."""
        return [own for own in self.evaluation.requests if own.seed == self.evaluation.params.evaluation.seed]

    def shuffled(self, *, repeats: int) -> dict[str, Any]:
        """The figures as they are, and of each group what is lost with it."""
        evaluation, folds = self.evaluation, list[ShuffledFold]()
        model, options = MODELS[evaluation.model], evaluation.params.evaluation
        for own in self.requests:
            asked = (own.fold, evaluation.labels, self._read(own), model, evaluation.params)
            how = partial(shuffled_fold, groups=self.groups, repeats=repeats, copies=self._copies(own))
            folds.append(how(*asked, seed=own.seed, folder=own.folder))
            self.done()
        lost = drops(folds, evaluation.labels, options, seed=options.seed)
        groups = {name: {"dimensions": len(own), **_drop(lost[name])} for name, own in self.groups.items()}
        found = {**self._figures([own.intact for own in folds]), "groups": groups}
        return found if self.counts is None else found | self._distances(folds, groups, self.counts)

    def alone(self, group: str) -> dict[str, float]:
        """Figures of the same model, trained and tested on the columns of one group alone."""
        evaluation, outcomes = self.evaluation, []
        for own in self.requests:
            asked = (own.fold, evaluation.labels, self._read(own, group), MODELS[evaluation.model], evaluation.params)
            outcomes.append(evaluate_fold(*asked, seed=own.seed, copies=self._copies(own, group)))
            self.done()
        return self._figures(outcomes)

    def _read(self, request: FoldRequest, group: str | None = None) -> Features:
        """What a fold is trained and tested on, all dimensions or one group's; with votes on the training part."""
        return self._columns(self.features if self.counts is None else request.read(), group)

    def _copies(self, request: FoldRequest, group: str | None = None) -> tuple[Features, ...]:
        """The same of each augmented copy."""
        return tuple(self._columns(request.read(copy), group) for copy in range(1, request.n_copies + 1))

    def _columns(self, features: Any, group: str | None) -> Features:
        rows = features.in_memory() if isinstance(features, StoredRows) else features
        if group is None:
            return cast("Features", rows)
        columns = self.groups[group]
        if isinstance(rows, tuple):
            return tuple(own._replace(row=own.row[columns]) for own in rows)
        return cast("Features", rows[:, columns])

    def _figures(self, outcomes: Sequence[FoldOutcome]) -> dict[str, float]:
        """UAR and its interval, of one outcome for each fold."""
        labels = self.evaluation.labels
        table = prediction_table([(own.fold, own.seed) for own in self.requests], outcomes, labels)
        figures, _ = score(table, labels, self.evaluation.params.evaluation)
        return {key: figures[key] for key in UAR}

    def _distances(
        self, folds: Sequence[ShuffledFold], groups: Mapping[str, Mapping[str, Any]], counts: pd.DataFrame
    ) -> dict[str, Any]:
        """The KL from the votes, and by how much each group's shuffling adds to it."""
        options = self.evaluation.params.evaluation
        kl, gains = distance_gains(folds, self.evaluation.labels, counts, options, seed=options.seed)
        voted = {name: {**own, "kl_gain": gains[name].figures()} for name, own in groups.items()}
        return {"kl": round(kl, 4), "kl_utterances": len(counts), "groups": voted}


@dataclass(frozen=True)
class RatingStudy:
    """The same of a model of dimensions, whose figures are CCC: the mean, and of each dimension."""

    evaluation: DimensionEvaluation
    features: Matrix
    groups: Mapping[str, Columns]
    done: Callable[[], None]

    @property
    def requests(self) -> Sequence[DimensionRequest]:
        """One for each fold."""
        return self.evaluation.requests

    def shuffled(self, *, repeats: int) -> dict[str, Any]:
        """The figures as they are, and of each group what is lost with it, in the mean and of `each` dimension."""
        evaluation, folds = self.evaluation, list[ShuffledRatings]()
        for own in self.requests:
            asked = (own.fold, evaluation.ratings, self.features, DIMENSION_MODELS[evaluation.model], evaluation.params)
            how = partial(shuffled_ratings_fold, groups=self.groups, repeats=repeats, seed=own.seed, folder=own.folder)
            folds.append(how(*asked))
            self.done()
        lost = ccc_drops(folds, evaluation.ratings, evaluation.params.evaluation)
        groups = {
            name: {
                "dimensions": len(own),
                **_drop(lost[name].mean),
                "each": {dimension: _drop(one) for dimension, one in lost[name].each.items()},
            }
            for name, own in self.groups.items()
        }
        return {**self._figures([own.intact for own in folds]), "groups": groups}

    def alone(self, group: str) -> dict[str, Any]:
        """Figures of the same model, trained and tested on the columns of one group alone."""
        evaluation, outcomes = self.evaluation, []
        features = self.features[:, self.groups[group]]
        for own in self.requests:
            asked = (own.fold, evaluation.ratings, features, DIMENSION_MODELS[evaluation.model], evaluation.params)
            outcomes.append(evaluate_dimension_fold(*asked, seed=own.seed))
            self.done()
        return self._figures(outcomes)

    def _figures(self, outcomes: Sequence[DimensionOutcome]) -> dict[str, Any]:
        evaluation, options = self.evaluation, self.evaluation.params.evaluation
        table = rating_table([own.fold for own in self.requests], outcomes, evaluation.ratings, seed=options.seed)
        figures = score_dimensions(table, evaluation.ratings, options)
        each = {name: {key: own[key] for key in CCC} for name, own in figures["dimensions"].items()}
        return {key: figures[key] for key in CCC} | {"each": each}


def _drop(lost: UarDifference | CccDifference) -> dict[str, float]:
    stated = {"drop": lost.difference, "low": lost.interval.low, "high": lost.interval.high}
    return {key: round(value, 4) for key, value in stated.items()}
