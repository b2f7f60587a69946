"""What a search aims at, UAR of classes or CCC of ratings: all that `ser tune` does in another way for the two."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from pipelines import paths
from pipelines.evaluations import dimensions
from pipelines.evaluations.plan import Evaluation, labelled_corpus, plan_evaluation
from pipelines.evaluations.record import HEADLINE
from pipelines.evaluations.result import head
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.engine import Running
from ser_tasks.evaluation.code import evaluation_code
from ser_tasks.evaluation.dimensions.comparison import ccc_difference
from ser_tasks.evaluation.dimensions.fold import DimensionRequest, dimension_code, dimension_outcome
from ser_tasks.evaluation.dimensions.rated import rated_utterances
from ser_tasks.evaluation.dimensions.scoring import Ratings, as_rated, score_dimensions
from ser_tasks.evaluation.dimensions.scoring import prediction_table as rating_table
from ser_tasks.evaluation.fold import FoldRequest, fold_outcome
from ser_tasks.evaluation.scoring import Labels, prediction_table, score
from ser_tasks.evaluation.tuning.inner import Divide, by_class, whatever_class
from ser_tasks.evaluation.tuning.objective import fold_ccc, fold_uar
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.versions import regressor_versions
from ser_tasks.models.ensembles.paired import uar_difference
from ser_tasks.models.model_versions import model_versions
from ser_tasks.params import Params
from ser_tasks.provenance.code_digest import Root
from ser_tasks.tasks import run_dimension_fold, run_fold

AnyEvaluation: TypeAlias = Evaluation | dimensions.DimensionEvaluation
AnyRequest: TypeAlias = FoldRequest | DimensionRequest
Stored: TypeAlias = Mapping[str, Any]  # an outcome, as its task returns it


@dataclass(frozen=True)
class Target:
    """Of the models of one table.

    Attributes:
        key: of the objective in results and MLflow
        headline: figures of a result that MLflow gets
        line: of the table of models, by name
        plan: an evaluation, by corpus, protocol, model and params
        utterances: the table that its folds are made of
        known: the fields of its requests that say what is known of these utterances
        divide: divides a training part by speaker
        copies: augmented copies of an utterance to train on, at most
        code: where all code of a fold is reached from, by model
        versions: of the libraries that a fold depends on, by model
        submit: a fold to the workers
        value: the objective in one fold, higher being better
        predictions: of all these folds
        figures: of a result
        difference: the paired test over speakers of predictions tuned and not
        stated: what is evaluated
    """

    key: str
    headline: tuple[str, ...]
    line: Mapping[str, Any]
    plan: Callable[[str, str, str, Params], Any]
    utterances: Callable[[Any], pd.DataFrame]
    known: Callable[[Any, pd.DataFrame], dict[str, Any]]
    divide: Divide
    copies: Callable[[Params], int]
    code: Callable[[Any], tuple[Root, ...]]
    versions: Callable[[str], dict[str, str]]
    submit: Callable[[Any], Running]
    value: Callable[[Any, Stored], float]
    predictions: Callable[[Sequence[Any], Sequence[Stored]], pd.DataFrame]
    figures: Callable[[Any, pd.DataFrame], dict[str, Any]]
    difference: Callable[[Any, pd.DataFrame, pd.DataFrame], dict[str, float]]
    stated: Callable[[Any], dict[str, Any]]


def _predicted_classes(requests: Sequence[FoldRequest], stored: Sequence[Stored]) -> pd.DataFrame:
    runs = [(request.fold, request.seed) for request in requests]
    return prediction_table(runs, [fold_outcome(own) for own in stored], requests[0].labels)


def _uar_difference(evaluation: Evaluation, tuned: pd.DataFrame, defaults: pd.DataFrame) -> dict[str, float]:
    labels, options = evaluation.labels, evaluation.params.evaluation
    return uar_difference(
        tuned,
        defaults,
        dict(zip(labels.utterance_ids, labels.speakers, strict=True)),
        confidence=options.confidence,
        resamples=options.bootstrap_resamples,
        seed=options.seed,
    ).figures()


EMOTION = Target(
    key="uar",
    headline=HEADLINE,
    line=MODELS,
    plan=plan_evaluation,
    utterances=lambda evaluation: labelled_corpus(evaluation.corpus, evaluation.params).utterances,
    known=lambda evaluation, table: {"labels": Labels.of(table)},
    divide=by_class,
    copies=lambda params: params.signal_augmentation.copies,
    code=evaluation_code,
    versions=model_versions,
    submit=run_fold.submit,
    value=lambda request, stored: fold_uar(request.fold, fold_outcome(stored), request.labels),
    predictions=_predicted_classes,
    figures=lambda evaluation, table: score(table, evaluation.labels, evaluation.params.evaluation)[0],
    difference=_uar_difference,
    stated=head,
)


def _rated(evaluation: dimensions.DimensionEvaluation) -> pd.DataFrame:
    return rated_utterances(read_utterances(paths.utterances(evaluation.corpus)), evaluation.corpus)[0].utterances


def _predicted_ratings(requests: Sequence[DimensionRequest], stored: Sequence[Stored]) -> pd.DataFrame:
    folds, first = [request.fold for request in requests], requests[0]
    return rating_table(folds, [dimension_outcome(own) for own in stored], first.ratings, seed=first.seed)


def _ccc_difference(
    evaluation: dimensions.DimensionEvaluation, tuned: pd.DataFrame, defaults: pd.DataFrame
) -> dict[str, float]:
    first, second = (as_rated(table, evaluation.ratings) for table in (tuned, defaults))
    return ccc_difference(first, second, evaluation.params.evaluation).figures()


RATINGS = Target(
    key="ccc",
    headline=("ccc", "ccc_low", "ccc_high", "ccc_fold_mean", "ccc_fold_sd"),
    line=DIMENSION_MODELS,
    plan=dimensions.plan_dimensions,
    utterances=_rated,
    known=lambda evaluation, table: {"ratings": Ratings.of(table, evaluation.ratings.dimensions)},
    divide=whatever_class,
    copies=lambda params: 0,
    code=dimension_code,
    versions=regressor_versions,
    submit=run_dimension_fold.submit,
    value=lambda request, stored: fold_ccc(request.fold, dimension_outcome(stored), request.ratings),
    predictions=_predicted_ratings,
    figures=lambda evaluation, table: score_dimensions(table, evaluation.ratings, evaluation.params.evaluation),
    difference=_ccc_difference,
    stated=dimensions.stated,
)


def target_of(model: str) -> Target:
    """Of a model of either table."""
    return RATINGS if model in DIMENSION_MODELS else EMOTION
