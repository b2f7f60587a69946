"""Stage `evaluate`: one model on one corpus under one protocol, fold by fold, to a result."""

import time
from typing import Any

from prefect import flow

from pipelines import places
from pipelines.record import track, write_outputs
from pipelines.settings import project_params
from pipelines.show import CONSOLE, show_result
from pipelines.workers import task_runner
from ser_tasks.audit import audit_folds, may_straddle
from ser_tasks.corpora import CORPORA
from ser_tasks.evaluation import FoldOutcome, Labels, prediction_table, score
from ser_tasks.features.store import features_digest
from ser_tasks.labels import apply_preset
from ser_tasks.models import MODELS
from ser_tasks.params import Params, SpeakerDependent, SpeakerIndependent
from ser_tasks.splits import Fold, make_folds
from ser_tasks.tasks import FoldRequest, fold_outcome, run_fold
from ser_tasks.utterances import read_utterances
from ser_tasks.versions import library_versions


@flow(name="evaluate", flow_run_name="{corpus} {protocol} {model}")
def evaluate(corpus: str, protocol: str, model: str, params: Params) -> None:
    """Folds, the audit, one task a fold, then figures from all of them."""
    began = time.perf_counter()
    section = protocol_section(params, corpus, protocol)
    preset = params.corpus[corpus].preset
    labelled = apply_preset(read_utterances(places.utterances(corpus)), CORPORA[corpus].presets[preset])
    labels = Labels.of(labelled.utterances)

    folds = make_folds(labelled.utterances, section, seed=params.evaluation.seed)
    shared = audit_folds(labelled.utterances, folds, straddling=may_straddle(section))
    outcomes = run_folds(folds, labels, corpus=corpus, model=model, params=params)
    predictions = prediction_table(folds, outcomes, labels, seed=params.evaluation.seed)
    figures, confusion = score(predictions, labels, params.evaluation)

    result = {
        "corpus": corpus,
        "corpus_kind": CORPORA[corpus].kind,
        "preset": preset,
        "protocol": protocol,
        "protocol_kind": section.kind if not isinstance(section, SpeakerDependent) else "speaker_dependent",
        "model": model,
        **figures,
        **circumstances(labels, labelled.dropped, model=model, params=params),
        "warnings": warnings(corpus, model, shared),
    }
    write_outputs(result, predictions)
    show_result(result)
    seconds = time.perf_counter() - began  # for MLflow alone: the same work gives the same files
    settings = MODELS[model].section(params).model_dump(mode="json")
    track(result, confusion, outcomes, seconds=seconds, protocol=section.model_dump(mode="json"), settings=settings)


def circumstances(labels: Labels, dropped: dict[str, int], *, model: str, params: Params) -> dict[str, Any]:
    """What the figures were computed from, and with."""
    return {
        "utterances": len(labels.utterance_ids),
        "speakers": len(set(labels.speakers)),
        "classes": sorted(set(labels.emotions)),
        "dropped": dropped,
        "feature_set": MODELS[model].feature_set,
        "seed": params.evaluation.seed,
        "versions": library_versions(),
    }


def protocol_section(params: Params, corpus: str, protocol: str) -> SpeakerIndependent | SpeakerDependent:
    """What params.yaml says of a protocol for this corpus."""
    if protocol == "speaker_dependent":
        return params.speaker_dependent
    return params.corpus[corpus].speaker_independent


def run_folds(folds: tuple[Fold, ...], labels: Labels, *, corpus: str, model: str, params: Params) -> list[FoldOutcome]:
    """All folds side by side; those finished by an earlier, interrupted run come from the cache."""
    folder = places.features(corpus, MODELS[model].feature_set)
    digest = features_digest(folder)
    requests = [FoldRequest(fold, labels, folder, digest, model, params, params.evaluation.seed) for fold in folds]
    running = [run_fold.submit(request) for request in requests]
    outcomes: list[FoldOutcome] = []
    with CONSOLE.status("") as status:
        for future in running:
            status.update(f"{corpus} · {model}: {len(outcomes)} of {len(folds)} folds done")
            outcomes.append(fold_outcome(future.result()))
    return outcomes


def warnings(corpus: str, model: str, shared: dict[str, int]) -> list[str]:
    """What a reader must know before comparing this number."""
    said = []
    if CORPORA[corpus].kind == "synthetic":
        said.append("Synthetic speech: the figures say that the workflow runs, nothing about people.")
    if MODELS[model].speaker_norm:
        said.append("Speaker normalisation hears all of a test speaker's unlabelled audio.")
    if any(shared.values()):
        said.append(
            f"Not speaker-independent: {shared['speaker']} test utterances have their speaker in the training part, "
            f"{shared['group']} a twin take."
        )
    return said


def main(corpus: str, protocol: str, model: str) -> None:
    """The flow with the workers that params.yaml asks for."""
    params = project_params()
    evaluate.with_options(task_runner=task_runner(params.workers))(corpus, protocol, model, params)
