"""Stage `evaluate`: one model on one corpus under one protocol, fold by fold, to a result."""

import time
from typing import Any

from prefect import flow

from pipelines.plan import Plan, plan_evaluation
from pipelines.record import track, write_outputs
from pipelines.settings import project_params
from pipelines.show import show_result
from pipelines.watch import watch_folds
from pipelines.workers import task_runner
from ser_tasks.corpora import CORPORA
from ser_tasks.evaluation import FoldOutcome, prediction_table, score
from ser_tasks.models import MODELS
from ser_tasks.params import Params, SpeakerDependent
from ser_tasks.tasks import fold_outcome, run_fold
from ser_tasks.versions import library_versions


@flow(name="evaluate", flow_run_name="{corpus} {protocol} {model}")
def evaluate(corpus: str, protocol: str, model: str, params: Params) -> None:
    """Folds, the audit, one task a fold, then figures from all of them."""
    began = time.perf_counter()
    plan = plan_evaluation(corpus, protocol, model, params)
    outcomes = run_folds(plan)
    predictions = prediction_table(plan.runs, outcomes, plan.labels)
    figures, confusion = score(predictions, plan.labels, params.evaluation)

    result = {**head(plan), **figures, **circumstances(plan), "warnings": warnings(plan)}
    write_outputs(result, predictions)
    show_result(result)
    seconds = time.perf_counter() - began  # for MLflow alone: the same work gives the same files
    settings = MODELS[model].section(params).model_dump(mode="json")
    track(
        result, confusion, outcomes, seconds=seconds, protocol=plan.section.model_dump(mode="json"), settings=settings
    )


def run_folds(plan: Plan) -> list[FoldOutcome]:
    """All folds side by side; those finished by an earlier, interrupted run come from the cache."""
    running = [run_fold.submit(request) for request in plan.requests]
    folders = {f"{request.fold.name}, seed {request.seed}": request.folder for request in plan.requests}
    watch_folds(running, folders, title=f"{plan.corpus} · {plan.model}")
    return [fold_outcome(future.result()) for future in running]


def head(plan: Plan) -> dict[str, Any]:
    """What was evaluated."""
    kind = "speaker_dependent" if isinstance(plan.section, SpeakerDependent) else plan.section.kind
    return {
        "corpus": plan.corpus,
        "corpus_kind": CORPORA[plan.corpus].kind,
        "preset": plan.params.corpus[plan.corpus].preset,
        "protocol": plan.protocol,
        "protocol_kind": kind,
        "model": plan.model,
    }


def circumstances(plan: Plan) -> dict[str, Any]:
    """What the figures were computed from, and with."""
    return {
        "utterances": len(plan.labels.utterance_ids),
        "speakers": len(set(plan.labels.speakers)),
        "classes": sorted(set(plan.labels.emotions)),
        "dropped": plan.dropped,
        "feature_set": MODELS[plan.model].feature_set,
        "seed": plan.params.evaluation.seed,
        "versions": library_versions(),
    }


def warnings(plan: Plan) -> list[str]:
    """What a reader must know before comparing this number."""
    said = []
    if CORPORA[plan.corpus].kind == "synthetic":
        said.append("Synthetic speech: the figures say that the workflow runs, nothing about people.")
    if plan.params.corpus[plan.corpus].epochs is not None and MODELS[plan.model].group != "svm":
        said.append(f"Networks were trained for {plan.params.corpus[plan.corpus].epochs} epochs only.")
    if MODELS[plan.model].speaker_norm:
        said.append("Speaker normalisation hears all of a test speaker's unlabelled audio.")
    if any(plan.shared.values()):
        said.append(
            f"Not speaker-independent: {plan.shared['speaker']} test utterances have their speaker in the training "
            f"part, {plan.shared['group']} a twin take."
        )
    return said


def main(corpus: str, protocol: str, model: str) -> None:
    """The flow with the workers that params.yaml asks for."""
    params = project_params().for_corpus(corpus)
    evaluate.with_options(task_runner=task_runner(params.workers))(corpus, protocol, model, params)
