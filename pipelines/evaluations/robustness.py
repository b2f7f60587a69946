"""`ser robustness`: models trained on clean recordings, tested on degraded ones of unseen voices."""

import json
from collections.abc import Sequence
from typing import Any

from pipelines import paths
from pipelines.commands.arguments import check_arguments, check_features
from pipelines.display.progress import watch_shards
from pipelines.display.robustness import show_robustness
from pipelines.evaluations.plan_robustness import PROTOCOL, Plan, plan_robustness, refuse_deaf, with_degraded
from pipelines.evaluations.result import circumstances, head, warnings
from pipelines.evaluations.run import run_folds
from pipelines.settings import project_params
from ser_tasks.atomic import atomic_path
from ser_tasks.engine import flow
from ser_tasks.evaluation.result import percent, write_result
from ser_tasks.evaluation.robustness.condition import Condition, chosen, conditions_of
from ser_tasks.evaluation.robustness.losses import clean_figures, losses, under
from ser_tasks.evaluation.robustness.words import summary
from ser_tasks.evaluation.scoring import FoldOutcome, prediction_table
from ser_tasks.features.store import NUMERIC_LIBRARIES, prune
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
    degrade(plan)
    evaluation = with_degraded(plan)
    outcomes = run_folds(evaluation)
    found = figures(plan, outcomes)
    result = {
        **head(evaluation),
        **found,
        **circumstances(evaluation),
        "versions": model_versions(model) | library_versions(NUMERIC_LIBRARIES),
        "warnings": [*warnings(evaluation, outcomes), *beside_the_evaluation(plan, found["clean"]["uar"])],
    }
    write_result(result, paths.robustness(corpus, model))
    picture = paths.robustness_picture(corpus, model)
    with atomic_path(picture) as temporary:
        temporary.write_bytes(as_png(robustness_figure(result)))
    show_robustness(result, files=(paths.robustness(corpus, model), picture))


def degrade(plan: Plan) -> None:
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


def figures(plan: Plan, outcomes: Sequence[FoldOutcome]) -> dict[str, Any]:
    """Of the clean predictions and of those under each condition, and what they come to in words."""
    evaluation, params = plan.evaluation, plan.evaluation.params.evaluation
    tables = {
        name: prediction_table(evaluation.runs, [under(outcome, name) for outcome in outcomes], evaluation.labels)
        for name in ("", *(condition.name for condition in plan.conditions))
    }
    clean = clean_figures(tables[""], evaluation.labels, params)
    chance = 1 / len(clean["recall"])
    found = losses(tables, plan.conditions, evaluation.labels, params)
    return {
        "chance": round(chance, 4),
        "clean": clean,
        "conditions": found,
        "summary": summary(clean, found, chance),
    }


def beside_the_evaluation(plan: Plan, uar: float) -> list[str]:
    """A sentence where the clean figure is not that of the evaluation on file."""
    file = paths.result(plan.evaluation.corpus, PROTOCOL, plan.evaluation.model)
    filed = json.loads(file.read_text(encoding="utf-8"))["uar"] if file.exists() else uar
    if filed == uar:
        return []
    return [f"Clean UAR is {percent(uar)}, but {file} has {percent(filed)}: made with other params, data or libraries."]


def main(corpus: str, model: str, names: Sequence[str]) -> None:
    """The flow with the workers that params.yaml sets.

    Raises:
        UserError: a corpus, model or condition that does not exist, or a model of words
    """
    params = project_params()
    check_arguments("ser robustness", corpus, PROTOCOL, model, params)
    refuse_deaf(model)
    check_features("ser robustness", corpus, model)
    conditions = chosen(conditions_of(params.robustness), names)
    params = params.for_corpus(corpus)
    robustness.on(params.workers)(corpus, model, params, conditions)
