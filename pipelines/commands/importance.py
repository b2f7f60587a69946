"""`ser explain model`: what a model loses on unseen speakers when a group of its features is shuffled."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from pipelines import paths
from pipelines.commands.arguments import check_arguments, check_features
from pipelines.commands.explain import check_picture
from pipelines.display.importance import show_importance
from pipelines.display.tables import CONSOLE
from pipelines.evaluations.dimensions import DimensionEvaluation, plan_dimensions
from pipelines.evaluations.importance import ClassStudy, RatingStudy
from pipelines.evaluations.plan import Evaluation, check_tested_once, plan_evaluation
from pipelines.evaluations.result import SPEAKER_NORM, synthetic
from pipelines.evaluations.votes import counts_of
from pipelines.settings import feature_params, project_params
from ser_tasks.bundles.bundled import is_network
from ser_tasks.bundles.explain.group_importance import Columns, descriptor_groups
from ser_tasks.errors import UserError
from ser_tasks.evaluation.result import write_result
from ser_tasks.features.stored_rows import StoredRows
from ser_tasks.features.table import feature_set
from ser_tasks.keras_backend import load_keras
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.regressor import DimensionModel
from ser_tasks.models.dimensions.versions import regressor_versions
from ser_tasks.models.model_versions import model_versions
from ser_tasks.models.recogniser import Model
from ser_tasks.models.voted import rows_of
from ser_tasks.params import Params
from ser_tasks.plots.explanation import draw_importance

READ = "functionals"  # the feature set that has a row for each utterance, and groups


def explain_model(
    corpus: str, model: str, protocol: str, *, repeats: int, alone: bool, to: Path | None
) -> dict[str, Any]:
    """Compute, write results/CORPUS/importance_MODEL.json and perhaps a picture, show; returns the result.

    Raises:
        UserError: an unknown name, a model that does not read functionals, or a picture of another format
    """
    if to is not None:
        check_picture(to)
    params = project_params()
    check_arguments("ser explain model", corpus, protocol, model, params, models=_readers(model))
    check_features("ser explain model", corpus, model)
    began, params = time.perf_counter(), params.for_corpus(corpus)
    with Progress(console=CONSOLE, transient=True) as screen:
        bar = screen.add_task(f"{corpus} · {model}", total=None)
        study = _study(corpus, model, protocol, params, done=lambda: screen.advance(bar))
        screen.update(bar, total=len(study.requests) * (1 + alone * len(study.groups)))
        found = study.shuffled(repeats=repeats)
        if alone:
            for name in study.groups:
                found["groups"][name]["alone"] = study.alone(name)
    result = _head(study) | {"repeats": repeats} | found | {"versions": _versions(model)}
    file = paths.importance(corpus, protocol, model)
    write_result(result, file)
    show_importance(result, seconds=time.perf_counter() - began, file=file)
    if to is not None:
        draw_importance(result, to=to)
        CONSOLE.print(f"  {to}")
    return result


def _readers(model: str) -> list[str]:
    """Models that can be explained.

    Raises:
        UserError: this one cannot
    """
    lines: dict[str, Model | DimensionModel] = {**MODELS, **DIMENSION_MODELS}
    readers = [name for name, line in lines.items() if line.feature_set == READ]
    if model in lines and model not in readers:
        one = "; predictions of a network: ser explain recording" * (model in MODELS and is_network(model))
        raise UserError(
            f"ser explain model: {model} reads {lines[model].feature_set}, which have no groups: those are of {READ}. "
            f"Name one of {', '.join(readers)}{one}."
        )
    return readers


def _study(
    corpus: str, model: str, protocol: str, params: Params, *, done: Callable[[], None]
) -> ClassStudy | RatingStudy:
    """What is shuffled.

    Raises:
        UserError: as the plan of the evaluation; folds that test an utterance twice; features of other settings
    """
    plan: Evaluation | DimensionEvaluation
    if model in DIMENSION_MODELS:
        plan = plan_dimensions(corpus, protocol, model, params)
    else:
        plan = plan_evaluation(corpus, protocol, model, params)
    check_tested_once(plan.section, corpus=corpus, command="ser explain model")
    tested = [name for request in plan.requests for name in request.fold.test]
    counts = counts_of(corpus, tested, params) if model in ON_VOTES else None  # before anything is trained
    if (DIMENSION_MODELS if model in DIMENSION_MODELS else MODELS)[model].keras:
        load_keras()
    groups, features = _grouped(corpus, plan.requests[0].read(), params)
    if isinstance(plan, DimensionEvaluation):
        return RatingStudy(plan, features, groups, done)
    return ClassStudy(plan, features, groups, done, counts)


def _grouped(corpus: str, read: Any, params: Params) -> tuple[dict[str, Columns], NDArray[np.float32]]:
    """The columns of each group, and what they are columns of."""
    names = feature_set(READ).names(feature_params(params))
    features = read.in_memory() if isinstance(read, StoredRows) else rows_of(read)
    if features.shape[1] != len(names):
        raise UserError(
            f"{paths.features(corpus, READ)}: {features.shape[1]} dimensions, but params.yaml as it is makes "
            f"{len(names)}. Compute them anew: dvc repro features@{corpus}-{READ}"
        )
    return descriptor_groups(names), features


def _head(study: ClassStudy | RatingStudy) -> dict[str, Any]:
    """What was evaluated: names, sizes and warnings."""
    own = study.evaluation
    line = DIMENSION_MODELS[own.model] if own.model in DIMENSION_MODELS else MODELS[own.model]
    return {
        "corpus": own.corpus,
        "preset": own.params.corpus[own.corpus].preset,
        "protocol": own.protocol,
        "model": own.model,
        "feature_set": READ,
        "utterances": sum(len(request.fold.test) for request in study.requests),
        "folds": len(study.requests),
        "seed": own.params.evaluation.seed,
        "warnings": synthetic(own.corpus) + [SPEAKER_NORM] * line.speaker_norm,
    }


def _versions(model: str) -> dict[str, str]:
    return regressor_versions(model) if model in DIMENSION_MODELS else model_versions(model)
