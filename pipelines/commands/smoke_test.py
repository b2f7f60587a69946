"""`ser smoke-test`: every network of the table is trained on one fold of a corpus, to see that it runs."""

import json
from collections.abc import Mapping

import numpy as np

from pipelines import paths
from pipelines.commands.arguments import check_asked
from pipelines.display.progress import watch_folds
from pipelines.display.tables import CONSOLE, show_rows
from pipelines.evaluations.plan import plan_evaluation
from pipelines.settings import project_params
from pipelines.stages.features import features
from ser_tasks.atomic import atomic_path
from ser_tasks.engine import flow
from ser_tasks.evaluation.fold import FoldRequest, fold_outcome
from ser_tasks.evaluation.metrics import confusion_matrix, unweighted_average_recall
from ser_tasks.evaluation.result import percent
from ser_tasks.evaluation.scoring import FoldOutcome
from ser_tasks.features.audio_text import feature_sets
from ser_tasks.models import MODELS, NETWORKS
from ser_tasks.params import Params
from ser_tasks.tasks import run_fold
from ser_tasks.text.transcripts import OF_WORDS

PROTOCOL = "speaker_independent"

Figures = dict[str, str | int]


@flow("smoke test", run_name="{corpus}")
def smoke_test(corpus: str, params: Params) -> None:
    """The first speaker-independent fold, one task for each network; an evaluation finds these folds in the cache."""
    requests = [plan_evaluation(corpus, PROTOCOL, name, params).requests[0] for name in NETWORKS]
    running = [run_fold.submit(request) for request in requests]
    watch_folds(running, {request.model: request.folder for request in requests}, title=f"{corpus} · every network")
    outcomes = [fold_outcome(future.result()) for future in running]
    found = {request.model: _figures(request, outcome) for request, outcome in zip(requests, outcomes, strict=True)}
    with atomic_path(paths.tried(corpus)) as temporary:
        temporary.write_text(json.dumps({"fold": requests[0].fold.name, "networks": found}, indent=2) + "\n", "utf-8")
    _show(found, corpus=corpus, fold=requests[0].fold.name)


def _show(found: Mapping[str, Figures], *, corpus: str, fold: str) -> None:
    rows = [{"network": name} | {key: str(value) for key, value in figures.items()} for name, figures in found.items()]
    show_rows(rows, title=f"Every network on one fold of {corpus} ({fold}), briefly trained")
    CONSOLE.print("That they run, and how large they are; not how good they are.")


def _figures(request: FoldRequest, outcome: FoldOutcome) -> Figures:
    emotion = dict(zip(request.labels.utterance_ids, request.labels.emotions, strict=True))
    classes = sorted(set(request.labels.emotions))
    predicted = [classes[place] for place in np.array(outcome.posteriors).argmax(axis=1)]
    matrix = confusion_matrix([emotion[name] for name in request.fold.test], predicted, classes)
    return {
        "reads": MODELS[request.model].feature_set,
        "parameters": outcome.chosen["parameters"],
        "epochs": outcome.chosen["epochs"],
        "UAR": percent(float(unweighted_average_recall(matrix))),
    }


def main(corpus: str) -> None:
    """The features that are missing, then the flow, with the workers that params.yaml asks for.

    Raises:
        UserError: a corpus that is not known, or not read yet
    """
    params = project_params()
    check_asked("ser smoke-test", corpus, PROTOCOL, NETWORKS[0], params)
    params = params.for_corpus(corpus)
    for name in sorted({read for model in NETWORKS for read in feature_sets(MODELS[model].feature_set)} - {*OF_WORDS}):
        features.on(params.workers)(corpus, name, params)
    smoke_test.on(params.workers)(corpus, params)
