"""What `ser robustness` consists of: an evaluation, its test parts under each condition, and one request a fold."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

import pandas as pd

from pipelines import paths
from pipelines.evaluations.dimensions import DimensionEvaluation, plan_dimensions
from pipelines.evaluations.plan import Evaluation, check_tested_once, labelled_corpus, plan_evaluation
from pipelines.evaluations.run_tags import digest_of
from pipelines.settings import feature_params
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.fold import DegradedDimensionRequest
from ser_tasks.evaluation.dimensions.rated import rated_utterances
from ser_tasks.evaluation.dimensions.scoring import Ratings
from ser_tasks.evaluation.fold import DegradedRequest, FoldRequest
from ser_tasks.evaluation.robustness.condition import Condition
from ser_tasks.evaluation.robustness.store import DegradedShard, degraded_shards, draw_voices
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.evaluation.splits import Fold
from ser_tasks.evaluation.stored_fold import StoredDegradedRequest, StoredRequest
from ser_tasks.evaluation.votes.fold import DegradedVotedRequest, VotedRequest
from ser_tasks.features.audio_text import reads_words
from ser_tasks.features.augmentation_copies import CONDITION_MARK as MARK
from ser_tasks.features.feature_table import features_digest
from ser_tasks.features.store import plan_shards
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.regressor import DimensionModel
from ser_tasks.models.recogniser import Model
from ser_tasks.params import Params
from ser_tasks.params.reading import listed

PROTOCOL = "speaker_independent"
OfModel = TypeVar("OfModel", Evaluation, DimensionEvaluation)


@dataclass(frozen=True)
class Plan(Generic[OfModel]):
    """The clean evaluation, and what is degraded in it."""

    evaluation: OfModel
    feature_set: str
    conditions: tuple[Condition, ...]
    shards: dict[str, list[DegradedShard]]  # of each condition by name

    def folder(self, condition: Condition) -> Path:
        """Where the features under a condition lie."""
        return paths.degraded(self.evaluation.corpus, self.feature_set, condition.name)

    @property
    def folders(self) -> tuple[tuple[str, Path], ...]:
        """The same of every condition, with its name."""
        return tuple((condition.name, self.folder(condition)) for condition in self.conditions)

    def digest(self, clean: str) -> str:
        """Of clean features, whose digest is given, and of those under every condition, which must be there."""
        degraded = digest_of({name: features_digest(folder) for name, folder in self.folders})
        return digest_of({"clean": clean, "degraded": degraded})


def refuse_deaf(model: str) -> None:
    """Raise UserError for a model of words: what is done to sound does nothing to them."""
    alike: Mapping[str, Model | DimensionModel] = DIMENSION_MODELS if model in DIMENSION_MODELS else MODELS
    if reads_words(alike[model].feature_set):
        acoustic = [name for name, line in alike.items() if not reads_words(line.feature_set)]
        raise UserError(
            f"ser robustness: model {model!r} reads words, which noise and rooms do not change here. Name "
            f"an acoustic model: {listed(acoustic)}."
        )


def plan_robustness(corpus: str, model: str, params: Params, conditions: Sequence[Condition]) -> Plan[Evaluation]:
    """Folds and seeds as the evaluation has them, and a shard for every few minutes under each condition.

    Args:
        corpus, model: of the evaluation
        params: for this corpus
        conditions: that are tested

    Raises:
        UserError: a condition that cannot be had, as babble where nobody else talks
    """
    evaluation = plan_evaluation(corpus, PROTOCOL, model, params)
    check_tested_once(evaluation.section, corpus=corpus, command="ser robustness")
    utterances, folds = labelled_corpus(corpus, params).utterances, [fold for fold, _ in evaluation.runs]
    feature_set = MODELS[model].feature_set
    shards = _shards(utterances, dict.fromkeys(folds), feature_set, params, conditions)
    return Plan(evaluation, feature_set, tuple(conditions), shards)


def plan_robustness_of_ratings(
    corpus: str, model: str, params: Params, conditions: Sequence[Condition]
) -> Plan[DimensionEvaluation]:
    """The same of a model of dimensions.

    Raises:
        UserError: also a corpus without ratings
    """
    evaluation = plan_dimensions(corpus, PROTOCOL, model, params)
    check_tested_once(evaluation.section, corpus=corpus, command="ser robustness")
    rated, _ = rated_utterances(read_utterances(paths.utterances(corpus)), corpus)
    feature_set = DIMENSION_MODELS[model].feature_set
    shards = _shards(rated.utterances, evaluation.folds, feature_set, params, conditions)
    return Plan(evaluation, feature_set, tuple(conditions), shards)


def _shards(
    utterances: pd.DataFrame,
    folds: Collection[Fold],
    feature_set: str,
    params: Params,
    conditions: Sequence[Condition],
) -> dict[str, list[DegradedShard]]:
    """Of the test parts of all folds, under each condition by name; babble is of other speakers in the training part.

    Raises:
        UserError: a fold that has nobody else
    """
    settings, minutes = (feature_set, feature_params(params)), params.store.shard_minutes
    tested, voices = {name for fold in folds for name in fold.test}, {}
    shards = plan_shards(utterances[utterances.utterance_id.isin(tested)], *settings, shard_minutes=minutes)
    if any(condition.needs_voices for condition in conditions):
        clips = [clip for shard in plan_shards(utterances, *settings, shard_minutes=minutes) for clip in shard.clips]
        voices = draw_voices(
            list(folds),
            {clip.utterance_id: clip for clip in clips},
            dict(zip(utterances.utterance_id, utterances.speaker, strict=True)),
            talkers=params.robustness.talkers,
            seed=params.robustness.seed,
        )
    return {condition.name: degraded_shards(shards, condition, talkers=voices) for condition in conditions}


def with_degraded(plan: Plan[Evaluation]) -> Evaluation:
    """The evaluation, its test parts longer by the same utterances under each condition.

    Only when their features are there: the requests name them by their digest.
    """
    clean = plan.evaluation.requests
    digest = plan.digest(clean[0].features_digest)
    requests = tuple(_request(request, plan.folders, digest) for request in clean)
    runs = tuple((request.fold, request.seed) for request in requests)
    return replace(plan.evaluation, requests=requests, runs=runs)


def with_degraded_ratings(plan: Plan[DimensionEvaluation]) -> DimensionEvaluation:
    """The same of dimensions."""
    clean, names = plan.evaluation.requests, [name for name, _ in plan.folders]
    digest = plan.digest(clean[0].features_digest)
    requests = tuple(
        DegradedDimensionRequest(
            fold=longer(own.fold, names),
            ratings=degraded_ratings(own.ratings, own.fold, names),
            features=own.features,
            features_digest=digest,
            model=own.model,
            params=own.params,
            seed=own.seed,
            work=own.work,
            conditions=plan.folders,
            trained=own.folder,
        )
        for own in clean
    )
    return replace(plan.evaluation, requests=requests, folds=tuple(request.fold for request in requests))


def _request(clean: FoldRequest, folders: tuple[tuple[str, Path], ...], digest: str) -> DegradedRequest:
    names = [name for name, _ in folders]
    kind: Callable[..., DegradedRequest] = DegradedRequest
    if isinstance(clean, StoredRequest):
        kind = StoredDegradedRequest
    if isinstance(clean, VotedRequest):
        kind = partial(DegradedVotedRequest, votes=clean.votes)
    return kind(
        fold=longer(clean.fold, names),
        labels=degraded_labels(clean.labels, clean.fold, names),
        features=clean.features,
        features_digest=digest,
        model=clean.model,
        params=clean.params,
        seed=clean.seed,
        work=clean.work,
        adopted=clean.adopted,
        conditions=folders,
        trained=clean.folder,
    )


def longer(fold: Fold, conditions: Sequence[str]) -> Fold:
    """The fold, its test part followed by the same utterances under each condition."""
    return replace(fold, test=(*fold.test, *under(conditions, fold.test)))


def under(conditions: Sequence[str], utterance_ids: Sequence[str]) -> tuple[str, ...]:
    """Ids of these utterances under each condition: 03a01Fa under babble_10."""
    return tuple(name + MARK + condition for condition in conditions for name in utterance_ids)


def degraded_labels(labels: Labels, fold: Fold, conditions: Sequence[str]) -> Labels:
    """Those of all utterances, then of the test part under each condition.

    A speaker under a condition is a speaker of their own: where features are normalised by speaker, that is over what
    is read of them under that condition, as it would be of a caller whose line is always bad.
    """
    place = {name: row for row, name in enumerate(labels.utterance_ids)}
    rows = [place[name] for name in fold.test]
    return Labels(
        labels.utterance_ids + under(conditions, fold.test),
        labels.emotions + tuple(labels.emotions[row] for _ in conditions for row in rows),
        labels.speakers + under(conditions, [labels.speakers[row] for row in rows]),
    )


def degraded_ratings(ratings: Ratings, fold: Fold, conditions: Sequence[str]) -> Ratings:
    """The same of ratings."""
    place = {name: row for row, name in enumerate(ratings.utterance_ids)}
    rows = [place[name] for name in fold.test]
    return Ratings(
        ratings.utterance_ids + under(conditions, fold.test),
        ratings.dimensions,
        ratings.values + tuple(ratings.values[row] for _ in conditions for row in rows),
        ratings.speakers + under(conditions, [ratings.speakers[row] for row in rows]),
    )
