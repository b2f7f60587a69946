"""`ser robustness`: models trained on clean recordings, tested on degraded ones of unseen voices."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines import paths
from pipelines.commands.arguments import check_arguments, check_features
from pipelines.display.progress import watch_shards
from pipelines.display.robustness import show_robustness
from pipelines.evaluations.dimensions import DimensionEvaluation, run_dimensions, stated
from pipelines.evaluations.dimensions import circumstances as circumstances_of_dimensions
from pipelines.evaluations.plan import Evaluation
from pipelines.evaluations.plan_robustness import (
    PROTOCOL,
    Plan,
    plan_robustness,
    plan_robustness_of_ratings,
    refuse_deaf,
    with_degraded,
    with_degraded_ratings,
)
from pipelines.evaluations.result import circumstances, head, warnings
from pipelines.evaluations.run import run_folds
from pipelines.evaluations.votes import counts_of
from pipelines.settings import project_params
from ser_tasks.atomic import atomic_path
from ser_tasks.engine import flow
from ser_tasks.evaluation.dimensions.scoring import DimensionOutcome, Ratings
from ser_tasks.evaluation.dimensions.scoring import prediction_table as rating_table
from ser_tasks.evaluation.result import write_result
from ser_tasks.evaluation.robustness.condition import Condition, chosen, conditions_of
from ser_tasks.evaluation.robustness.losses import clean_figures, losses, under
from ser_tasks.evaluation.robustness.rating_losses import figures_of_ratings, rating_losses, ratings_under
from ser_tasks.evaluation.robustness.vote_losses import vote_losses
from ser_tasks.evaluation.robustness.words import summary, summary_of_ratings, summary_of_votes
from ser_tasks.evaluation.scoring import FoldOutcome, Labels, prediction_table
from ser_tasks.features.store import NUMERIC_LIBRARIES, prune
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.model_versions import model_versions
from ser_tasks.params import Params
from ser_tasks.plots.robustness import robustness_figure
from ser_tasks.plots.style import as_png
from ser_tasks.provenance.versions import library_versions
from ser_tasks.tasks import degrade_shard


@flow("robustness", run_name="{corpus} {model}")
def robustness(corpus: str, model: str, params: Params, conditions: Sequence[Condition]) -> None:
    """Features under every condition, one task a fold that predicts all of them, then figures and a picture."""
    plan = plan_robustness(corpus, model, params, conditions)
    tested = [name for request in plan.evaluation.requests for name in request.fold.test]
    counts = counts_of(corpus, tested, params) if model in ON_VOTES else None  # before anything is computed
    degrade(plan)
    evaluation = with_degraded(plan)
    outcomes = run_folds(evaluation)
    found, file = figures(plan, outcomes, counts), paths.result(corpus, PROTOCOL, model)
    result = {
        **head(evaluation),
        **found,
        **circumstances(evaluation),
        "versions": model_versions(model) | library_versions(NUMERIC_LIBRARIES),
        "warnings": [*warnings(evaluation, outcomes), *beside_the_evaluation(file, "uar", found["clean"]["uar"])],
    }
    leave_behind(result)


@flow("robustness of ratings", run_name="{corpus} {model}")
def robustness_of_ratings(corpus: str, model: str, params: Params, conditions: Sequence[Condition]) -> None:
    """The same of a model of valence, activation and dominance."""
    plan = plan_robustness_of_ratings(corpus, model, params, conditions)
    degrade(plan)
    outcomes = run_dimensions(with_degraded_ratings(plan))
    found = rating_figures(plan, outcomes)
    result = {
        **stated(plan.evaluation),
        **found,
        **circumstances_of_dimensions(plan.evaluation),
    }
    result["versions"] |= library_versions(NUMERIC_LIBRARIES)
    file = paths.dimension_result(corpus, PROTOCOL, model)
    result["warnings"] += beside_the_evaluation(file, "ccc", found["clean"]["ccc"])
    leave_behind(result)


def leave_behind(result: Mapping[str, Any]) -> None:
    """The file of figures, the picture, and what the terminal shows of both."""
    place = (result["corpus"], result["model"])
    write_result(result, paths.robustness(*place))
    picture = paths.robustness_picture(*place)
    with atomic_path(picture) as temporary:
        temporary.write_bytes(as_png(robustness_figure(result)))
    show_robustness(result, files=(paths.robustness(*place), picture))


def degrade(plan: Plan[Evaluation] | Plan[DimensionEvaluation]) -> None:
    """Features of the test utterances under every condition; those that are there already are kept."""
    root = paths.corpus_root(plan.evaluation.corpus)
    running = [
        degrade_shard.submit(shard, root, plan.folder(condition))
        for condition in plan.conditions
        for shard in plan.shards[condition.name]
    ]
    watch_shards(running, title=f"{plan.evaluation.corpus} under {len(plan.conditions)} conditions")
    for shard in running:
        shard.result()
    for condition in plan.conditions:
        prune(plan.folder(condition), plan.shards[condition.name])


def figures(
    plan: Plan[Evaluation], outcomes: Sequence[FoldOutcome], counts: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Of the clean predictions and of those under each condition, and what they come to in words.

    Args:
        plan: with its conditions
        outcomes: of each fold, clean and degraded
        counts: of the votes on the utterances whose KL counts; None: a model of labels
    """
    evaluation, params = plan.evaluation, plan.evaluation.params.evaluation
    tables = {
        name: prediction_table(evaluation.runs, [under(outcome, name) for outcome in outcomes], evaluation.labels)
        for name in ("", *(condition.name for condition in plan.conditions))
    }
    clean = clean_figures(tables[""], evaluation.labels, params)
    chance = 1 / len(clean["recall"])
    found = losses(tables, plan.conditions, evaluation.labels, params)
    sentences = summary(clean, found, chance)
    if counts is not None:
        speakers = dict(zip(evaluation.labels.utterance_ids, evaluation.labels.speakers, strict=True))
        distances = vote_losses(tables, counts, speakers, params)
        clean |= distances[""]
        found = [own | distances[own["condition"]] for own in found]
        sentences.append(summary_of_votes(clean, found))
    return {
        "chance": round(chance, 4),
        **_tested(tables[""], evaluation.labels),
        "clean": clean,
        "conditions": found,
        "summary": sentences,
    }


def rating_figures(plan: Plan[DimensionEvaluation], outcomes: Sequence[DimensionOutcome]) -> dict[str, Any]:
    """The same of dimensions."""
    evaluation, params = plan.evaluation, plan.evaluation.params
    tables = {
        name: rating_table(
            evaluation.folds,
            [ratings_under(outcome, name) for outcome in outcomes],
            evaluation.ratings,
            seed=params.evaluation.seed,
        )
        for name in ("", *(condition.name for condition in plan.conditions))
    }
    clean = figures_of_ratings(tables[""], evaluation.ratings, params.evaluation)
    found = rating_losses(tables, plan.conditions, evaluation.ratings, params.evaluation)
    tested = _tested(tables[""], evaluation.ratings)
    return {**tested, "clean": clean, "conditions": found, "summary": summary_of_ratings(clean, found)}


def _tested(clean: pd.DataFrame, of: Labels | Ratings) -> dict[str, int]:
    """How many utterances of how many speakers the figures are of: under an official split not all of the corpus."""
    speakers = dict(zip(of.utterance_ids, of.speakers, strict=True))
    tested = set(clean.utterance_id)
    return {"tested": len(tested), "tested_speakers": len({speakers[name] for name in tested})}


def beside_the_evaluation(file: Path, figure: str, clean: float) -> list[str]:
    """A sentence where the clean figure is not that of the evaluation on file."""
    filed = json.loads(file.read_text(encoding="utf-8"))[figure] if file.exists() else clean
    if filed == clean:
        return []
    return [f"Clean {figure.upper()} is {clean}, but {file} has {filed}: made with other params, data or libraries."]


def main(corpus: str, model: str, names: Sequence[str]) -> None:
    """The flow with the workers that params.yaml sets.

    Raises:
        UserError: a corpus, model or condition that does not exist, or a model of words
    """
    params = project_params()
    check_arguments("ser robustness", corpus, PROTOCOL, model, params, models=(*MODELS, *DIMENSION_MODELS))
    refuse_deaf(model)
    check_features("ser robustness", corpus, model)
    conditions = chosen(conditions_of(params.robustness), names)
    params = params.for_corpus(corpus)
    (robustness_of_ratings if model in DIMENSION_MODELS else robustness).on(params.workers)(
        corpus, model, params, conditions
    )
