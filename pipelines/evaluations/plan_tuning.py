"""What tuning consists of, before any of it is computed: a study for each outer fold, and one for params.yaml."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from optuna.distributions import distribution_to_json

from pipelines.evaluations.plan import check_tested_once
from pipelines.evaluations.tune_target import AnyEvaluation, AnyRequest, Target, target_of
from ser_tasks.errors import UserError
from ser_tasks.evaluation.audit import may_straddle
from ser_tasks.evaluation.splits import Fold
from ser_tasks.evaluation.tuning.inner import search_part
from ser_tasks.evaluation.tuning.search import Search
from ser_tasks.evaluation.tuning.spaces import SPACES, Space
from ser_tasks.evaluation.tuning.study import open_study
from ser_tasks.models.search_space import EPOCHS
from ser_tasks.params import OfficialSplit, Params
from ser_tasks.provenance.code_digest import code_digest
from ser_tasks.provenance.content_digest import value_digest
from ser_tasks.provenance.versions import library_versions

EVERYTHING = "everything"


@dataclass(frozen=True)
class PlannedStudy:
    """What one search may see."""

    part: str  # the outer fold whose training part it is, or everything
    inner: tuple[AnyRequest, ...]  # with params.yaml as it is
    origin: dict[str, str]  # digests of all that its values depend on


@dataclass(frozen=True)
class Tuning:
    """One model on one corpus under one protocol."""

    target: Target
    evaluation: AnyEvaluation
    space: Space
    outer: tuple[AnyRequest, ...]  # with params.yaml as it is; the first seed of each fold
    nested: tuple[PlannedStudy, ...]  # one for each of them
    adopted: PlannedStudy  # the one whose values are for params.yaml
    n_folds: int  # of the protocol: with fewer outer ones, the rest is not scored

    @property
    def studies(self) -> tuple[PlannedStudy, ...]:
        """Each once: with an official split, the values for params.yaml are those of the one training part."""
        return self.nested + (() if self.adopted in self.nested else (self.adopted,))


def plan_tuning(corpus: str, protocol: str, model: str, params: Params, *, outer: int | None) -> Tuning:
    """The outer folds, and within each one's training part the inner ones.

    Args:
        corpus, protocol, model: as of an evaluation
        params: of the project, for this corpus
        outer: folds to score, the first ones; None: all

    Raises:
        UserError: too many folds, speakers that cannot be divided
        LeakError: folds whose sides share what they must not
    """
    target = target_of(model)
    evaluation = target.plan(corpus, protocol, model, params)
    if outer != 0:
        check_tested_once(evaluation.section, corpus=corpus, command="ser tune without --outer 0")
    requests = [request for request in evaluation.requests if request.seed == params.evaluation.seed]
    if outer is not None and not 0 <= outer <= len(requests):
        raise UserError(
            f"ser tune --outer {outer}: {corpus} has {len(requests)} {protocol} folds. Give 0 to {len(requests)}."
        )
    scored = tuple(requests[:outer])
    nested = tuple(_study(target, evaluation, request.fold) for request in scored)
    if isinstance(evaluation.section, OfficialSplit):
        adopted = nested[0] if nested else _study(target, evaluation, requests[0].fold)
    else:
        everything = tuple(target.utterances(evaluation).utterance_id)
        adopted = _study(target, evaluation, Fold(EVERYTHING, everything, (), ()))
    return Tuning(target, evaluation, _space(evaluation), scored, nested, adopted, len(requests))


def _space(evaluation: AnyEvaluation) -> Space:
    """That of the model; the number of epochs is not searched where the corpus sets it."""
    space = SPACES[evaluation.model]
    if evaluation.params.corpus[evaluation.corpus].epochs is None:
        return space
    kept = {name: values for name, values in space.distributions.items() if name != EPOCHS}
    return replace(space, distributions=kept)


def _study(target: Target, evaluation: AnyEvaluation, fold: Fold) -> PlannedStudy:
    params = evaluation.params
    part = search_part(
        target.utterances(evaluation),
        fold,
        divide=target.divide,
        n_folds=params.tuning.inner_folds,
        seed=params.evaluation.seed,
        straddling=may_straddle(evaluation.section),
    )
    known = target.known(evaluation, part.utterances)
    like = replace(evaluation.requests[0], **known, seed=params.evaluation.seed)
    inner = tuple(replace(like, fold=own) for own in part.folds)
    return PlannedStudy(fold.name, inner, _origin(target, inner, known, _space(evaluation)))


def study_name(tuning: Tuning, planned: PlannedStudy) -> str:
    """Its name, without its source."""
    evaluation = tuning.evaluation
    return f"{evaluation.corpus} · {evaluation.protocol} · {evaluation.model} · {planned.part}"


def _origin(target: Target, inner: tuple[AnyRequest, ...], known: Mapping[str, Any], space: Space) -> dict[str, str]:
    request, model = inner[0], target.line[inner[0].model]
    tuning = request.params.tuning.model_dump(mode="json", exclude={"trials"})
    return {
        "data": value_digest(
            [*map(asdict, known.values()), [asdict(own.fold) for own in inner], request.features_digest]
        ),
        "settings": value_digest(
            [
                model.section(request.params).model_dump(mode="json"),
                {name: distribution_to_json(values) for name, values in space.distributions.items()},
                [tuning, request.seed, target.copies(request.params)],
            ]
        ),
        "code": code_digest(*target.code(model), Search, open_study),
        "libraries": value_digest(target.versions(request.model) | library_versions(("optuna",))),
    }
