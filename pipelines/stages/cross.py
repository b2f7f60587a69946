"""Stage `cross`: a model learnt from some corpora, tested once on another, on the classes that they share."""

import time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.display.progress import watch_folds
from pipelines.display.tables import show_result
from pipelines.evaluations.caveats import SPEAKER_NORM, few_epochs
from pipelines.evaluations.plan_cross import CrossEvaluation, plan_cross
from pipelines.evaluations.provenance import cross_origin, sealed
from pipelines.evaluations.record import track, write_outputs
from pipelines.known_corpora import CORPORA
from pipelines.settings import check_cross, project_params
from ser_tasks.engine import flow
from ser_tasks.evaluation.cross_corpus import MARK, differences, own_name
from ser_tasks.evaluation.fold import fold_outcome
from ser_tasks.evaluation.scoring import FoldOutcome, prediction_table, score
from ser_tasks.models import MODELS
from ser_tasks.params import CrossParams, Params
from ser_tasks.provenance.versions import library_versions
from ser_tasks.tasks import run_fold


@flow("cross", run_name="{name}")
def cross(name: str, section: CrossParams, params: Params) -> dict[str, Any]:
    """The joined table, the audit, one task for each seed, and figures for the tested corpus; returns the result."""
    began = time.perf_counter()
    evaluation = plan_cross(name, section, params)
    running = [run_fold.submit(request) for request in evaluation.requests]
    folders = {f"{name}, seed {request.seed}": request.folder for request in evaluation.requests}
    watch_folds(running, folders, title=name)
    outcomes = [fold_outcome(future.result()) for future in running]
    result, predictions, confusion = result_of(evaluation, outcomes)
    write_outputs(result, predictions)
    show_result(result)
    settings = MODELS[section.model].section(evaluation.params).model_dump(mode="json")
    protocol = {"kind": "cross", **section.model_dump(mode="json")}
    track(result, confusion, outcomes, seconds=time.perf_counter() - began, protocol=protocol, settings=settings)
    return result


def result_of(
    evaluation: CrossEvaluation, outcomes: list[FoldOutcome]
) -> tuple[dict[str, Any], pd.DataFrame, NDArray[np.int64]]:
    """What results/ holds, the predictions by the tested corpus' own ids, and the confusion matrix."""
    runs = [(evaluation.fold, request.seed) for request in evaluation.requests]
    table = prediction_table(runs, outcomes, evaluation.labels)
    figures, confusion = score(table, evaluation.labels, evaluation.params.evaluation)
    result = {**head(evaluation), **figures, **circumstances(evaluation), "warnings": warnings(evaluation, outcomes)}
    predictions = table.assign(utterance_id=table.utterance_id.map(own_name))
    return sealed(result, cross_origin(evaluation), predictions), predictions, confusion


def head(evaluation: CrossEvaluation) -> dict[str, Any]:
    """What was evaluated: the tested corpus, `cross` as its protocol, and the name as the model."""
    section = evaluation.section
    return {
        "corpus": section.test,
        "corpus_kind": CORPORA[section.test].kind,
        "preset": section.presets.get(section.test, evaluation.params.corpus[section.test].preset),
        "protocol": "cross",
        "protocol_kind": f"from {' + '.join(section.train)}",
        "model": evaluation.name,
        "recogniser": section.model,
        "train": list(section.train),
    }


def circumstances(evaluation: CrossEvaluation) -> dict[str, Any]:
    """What the figures were computed from, and with."""
    speaker = dict(zip(evaluation.labels.utterance_ids, evaluation.labels.speakers, strict=True))
    learnt, tested = evaluation.fold.train, evaluation.fold.test
    return {
        "utterances": len(tested),
        "speakers": len({speaker[name] for name in tested}),
        "train_utterances": len(learnt),
        "train_speakers": len({speaker[name] for name in learnt}),
        "classes": sorted(set(evaluation.labels.emotions)),
        "dropped": evaluation.joined.dropped,
        "corpus_norm": evaluation.section.corpus_norm,
        "feature_set": MODELS[evaluation.section.model].feature_set,
        "seed": evaluation.params.evaluation.seed,
        "versions": library_versions(),
    }


def warnings(evaluation: CrossEvaluation, outcomes: list[FoldOutcome]) -> list[str]:
    """What a reader must know before comparing this number."""
    section, declared = evaluation.section, [CORPORA[corpus] for corpus in evaluation.corpora]
    said = []
    if synthetic := [corpus.name for corpus in declared if corpus.kind == "synthetic"]:
        said.append(f"Synthetic speech ({', '.join(synthetic)}): the figures say nothing about people.")
    heard_at = evaluation.params.audio.sampling_rate
    said += differences(declared, evaluation.joined.utterances, evaluation.joined.dropped, heard_at=heard_at)
    if len(section.train) > 1:
        counts = evaluation.joined.utterances.corpus.value_counts()
        learnt = ", ".join(f"{counts[corpus]} utterances of {corpus}" for corpus in section.train)
        said.append(f"Learnt from {learnt}.")
    if section.corpus_norm:
        heard = sum(name.startswith(section.test + MARK) for name in evaluation.joined.heard)
        said.append(
            f"Corpus normalisation hears {heard} unlabelled utterances of {section.test} before the first answer."
        )
    if MODELS[section.model].speaker_norm:
        said.append(SPEAKER_NORM)
    epochs = {evaluation.params.corpus[corpus].epochs for corpus in section.train}
    return said + few_epochs(None if None in epochs else max(filter(None, epochs)), outcomes)


def main(name: str) -> None:
    """The entry of params.yaml, with the workers that it asks for."""
    params = project_params()
    run(name, params.cross[name], params)


def run(name: str, section: CrossParams, params: Params) -> dict[str, Any]:
    """One evaluation across corpora; returns its result.

    Raises:
        ParamsError: a corpus, preset or model that does not exist
    """
    check_cross(name, section, params)
    result: dict[str, Any] = cross.on(params.workers)(name, section, params)
    return result
