"""Stage `evaluate`: one model on one corpus under one protocol, fold by fold, to a result."""

import json
import time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines import paths
from pipelines.display.progress import watch_folds
from pipelines.display.tables import show_result
from pipelines.evaluations.caveats import SPEAKER_NORM, few_epochs, protocol_kind, synthetic, unknown_speakers
from pipelines.evaluations.costs import keep_costs
from pipelines.evaluations.plan import Evaluation, plan_evaluation
from pipelines.evaluations.provenance import evaluation_origin, sealed
from pipelines.evaluations.record import track, write_outputs
from pipelines.known_corpora import CORPORA
from pipelines.settings import project_params
from ser_tasks.engine import flow
from ser_tasks.evaluation.fold import fold_outcome
from ser_tasks.evaluation.result import SHARED_SPEAKERS, percent
from ser_tasks.evaluation.scoring import FoldOutcome, prediction_table, score
from ser_tasks.models import MODELS
from ser_tasks.params import BalanceParams, Params
from ser_tasks.provenance.versions import library_versions
from ser_tasks.tasks import run_fold
from ser_tasks.text.transcripts import HEARD


@flow("evaluate", run_name="{corpus} {protocol} {model}")
def evaluate(corpus: str, protocol: str, model: str, params: Params) -> None:
    """Folds, the audit, one task a fold, then figures from all of them."""
    began = time.perf_counter()
    evaluation = plan_evaluation(corpus, protocol, model, params)
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


def result_of(
    evaluation: Evaluation, outcomes: list[FoldOutcome]
) -> tuple[dict[str, Any], pd.DataFrame, NDArray[np.int64]]:
    """What results/ holds, the predictions, and the confusion matrix."""
    predictions = prediction_table(evaluation.runs, outcomes, evaluation.labels)
    figures, confusion = score(predictions, evaluation.labels, evaluation.params.evaluation)
    result = {**head(evaluation), **figures, **circumstances(evaluation), "warnings": warnings(evaluation, outcomes)}
    return sealed(result, evaluation_origin(evaluation), predictions), predictions, confusion


def run_folds(evaluation: Evaluation) -> list[FoldOutcome]:
    """All folds side by side; those finished by an earlier, interrupted run come from the cache."""
    running = [run_fold.submit(request) for request in evaluation.requests]
    folders = {f"{request.fold.name}, seed {request.seed}": request.folder for request in evaluation.requests}
    watch_folds(running, folders, title=f"{evaluation.corpus} · {evaluation.protocol} · {evaluation.model}")
    return [fold_outcome(future.result()) for future in running]


def head(evaluation: Evaluation) -> dict[str, Any]:
    """What was evaluated."""
    return {
        "corpus": evaluation.corpus,
        "corpus_kind": CORPORA[evaluation.corpus].kind,
        "preset": evaluation.params.corpus[evaluation.corpus].preset,
        "protocol": evaluation.protocol,
        "protocol_kind": protocol_kind(evaluation.section),
        "model": evaluation.model,
    }


def circumstances(evaluation: Evaluation) -> dict[str, Any]:
    """What the figures were computed from, and with."""
    return {
        "utterances": len(evaluation.labels.utterance_ids),
        "speakers": len(set(evaluation.labels.speakers)) if CORPORA[evaluation.corpus].speakers_known else 0,
        "classes": sorted(set(evaluation.labels.emotions)),
        "dropped": evaluation.dropped,
        "feature_set": MODELS[evaluation.model].feature_set,
        "seed": evaluation.params.evaluation.seed,
        "versions": library_versions(),
    }


def warnings(evaluation: Evaluation, outcomes: list[FoldOutcome]) -> list[str]:
    """What a reader must know before comparing this number."""
    said = synthetic(evaluation.corpus) + unknown_speakers(evaluation.corpus) + list(evaluation.notes)
    said += few_epochs(evaluation.params.corpus[evaluation.corpus].epochs, outcomes)
    machines = sorted({str(outcome.chosen["hardware"]) for outcome in outcomes if "hardware" in outcome.chosen})
    said += [f"Trained elsewhere, on {machine}." for machine in machines]
    balance = evaluation.params.corpus[evaluation.corpus].balance
    if balance is not None:
        said.append(f"Classes are not those of the preset as it stands: {_in_words(balance)}.")
    if MODELS[evaluation.model].feature_set == HEARD:
        said.append(heard_by(evaluation.corpus))
    if MODELS[evaluation.model].speaker_norm:
        said.append(SPEAKER_NORM)
    if any(evaluation.shared.values()):
        said.append(
            f"{SHARED_SPEAKERS} {evaluation.shared['speaker']} test utterances have their speaker in the "
            f"training part, {evaluation.shared['group']} a twin take."
        )
    return said


def _in_words(balance: BalanceParams) -> str:
    """What is done to the classes, and what not."""
    done = [f"{old} is called {new}" for old, new in (balance.merge or {}).items()]
    done += [f"{', '.join(balance.keep)} are kept"] if balance.keep else []
    way = {"down": "large classes are drawn from", "over": "rare classes are repeated"}
    done += [f"in training parts {way[balance.training]}, test parts are as they are"] if balance.training else []
    return "; ".join(done)


def heard_by(corpus: str) -> str:
    """Whose words these are, and how far they are from what was said."""
    heard = json.loads(paths.heard_result(corpus).read_text(encoding="utf-8"))
    errors = heard["word_errors"]
    rate = f"word error rate {percent(errors['wer'])} %" if errors else "word error rate unknown"
    return f"Words as {heard['engine']} {heard['engine_version']} heard them: {rate}."


def main(corpus: str, protocol: str, model: str) -> None:
    """The flow with the workers that params.yaml asks for."""
    params = project_params().for_corpus(corpus)
    evaluate.on(params.workers)(corpus, protocol, model, params)
