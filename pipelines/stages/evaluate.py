"""Stage `evaluate`: one model on one corpus under one protocol, fold by fold, to a result."""

import time

from pipelines.display.tables import show_result
from pipelines.evaluations.plan import plan_evaluation
from pipelines.evaluations.record import track, write_outputs
from pipelines.evaluations.result import result_of
from pipelines.evaluations.run import keep_costs, run_folds
from pipelines.settings import project_params
from ser_tasks.engine import flow
from ser_tasks.models import MODELS
from ser_tasks.params import Params


@flow("evaluate", run_name="{corpus} {protocol} {model}")
def evaluate(corpus: str, protocol: str, model: str, params: Params, *, seeds: int | None = None) -> None:
    """Folds, the audit, one task a fold, then figures from all of them."""
    began = time.perf_counter()
    evaluation = plan_evaluation(corpus, protocol, model, params, seeds=seeds)
    outcomes = run_folds(evaluation)
    result, predictions, confusion = result_of(evaluation, outcomes)
    write_outputs(result, predictions)
    costs = keep_costs(evaluation)
    show_result(result)
    seconds = time.perf_counter() - began  # for MLflow alone: the same work gives the same files
    settings = MODELS[model].section(params).model_dump(mode="json")
    balance = params.corpus[corpus].balance
    changed = {} if balance is None else {"balance": balance.model_dump(mode="json")}
    track(
        result,
        confusion,
        outcomes,
        seconds=seconds,
        protocol=evaluation.section.model_dump(mode="json") | changed,
        settings=settings,
        epochs=[cost.get("epochs", []) for cost in costs],
    )


def main(corpus: str, protocol: str, model: str, seeds: str = "") -> None:
    """The flow with the workers that params.yaml sets; seeds: trainings on each fold, where its line says how many."""
    params = project_params().for_corpus(corpus)
    evaluate.on(params.workers)(corpus, protocol, model, params, seeds=int(seeds) if seeds else None)
