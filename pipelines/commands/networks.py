"""`ser smoke-test` and `ser embeddings`: what networks can do besides evaluations."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines import paths
from pipelines.commands.arguments import check_arguments, check_features
from pipelines.display.progress import watch_folds
from pipelines.display.tables import CONSOLE, show_rows
from pipelines.evaluations.plan import Evaluation, plan_evaluation
from pipelines.settings import project_params
from pipelines.stages.features import features
from ser_tasks.atomic import atomic_path
from ser_tasks.engine import flow
from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold import FoldRequest, fold_outcome
from ser_tasks.evaluation.metrics import confusion_matrix, unweighted_average_recall
from ser_tasks.evaluation.result import percent
from ser_tasks.evaluation.scoring import FoldOutcome
from ser_tasks.features.audio_text import feature_sets, reads_words
from ser_tasks.features.encoders import encoder_of
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.folder import weights_are_here
from ser_tasks.features.feature_table import read_features
from ser_tasks.keras_backend import load_keras
from ser_tasks.models import ARCHITECTURES, MODELS
from ser_tasks.models.embeddings import embeddings_table, write_embeddings
from ser_tasks.models.network import NetworkRecogniser
from ser_tasks.models.recogniser import Features
from ser_tasks.models.speaker_norm import speaker_norm
from ser_tasks.params import Params
from ser_tasks.tasks import run_fold
from ser_tasks.text.transcripts import OF_WORDS

PROTOCOL = "speaker_independent"

Figures = dict[str, str | int]


@flow("smoke test", run_name="{corpus}")
def smoke_test(corpus: str, params: Params) -> None:
    """The first speaker-independent fold, one task for each network; an evaluation finds these folds in the cache."""
    requests = [plan_evaluation(corpus, PROTOCOL, name, params).requests[0] for name in _networks_here()]
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


def run_smoke_test(corpus: str) -> None:
    """Compute the missing features, then run the flow, with the workers that params.yaml sets.

    Raises:
        UserError: an unknown corpus, or one without its utterance table
    """
    params = project_params()
    check_arguments("ser smoke-test", corpus, PROTOCOL, ARCHITECTURES[0], params)
    params = params.for_corpus(corpus)
    _tell_of_missing_weights()
    read = {name for model in _networks_here() for name in feature_sets(MODELS[model].feature_set)}
    for name in sorted(read - {*OF_WORDS}):
        features.on(params.workers)(corpus, name, params)
    smoke_test.on(params.workers)(corpus, params)


def _networks_here() -> list[str]:
    """Networks but those on an encoder whose weights are not on this machine."""
    return [name for name in ARCHITECTURES if (encoder := _encoder(name)) is None or weights_are_here(encoder)]


def _tell_of_missing_weights() -> None:
    for name in sorted({*ARCHITECTURES} - {*_networks_here()}):
        encoder = _encoder(name)
        assert encoder is not None
        CONSOLE.print(
            f"{name} is left out: the weights of {encoder.name} are not here. ser fetch-encoder {encoder.name}"
        )


def _encoder(model: str) -> Encoder | None:
    return encoder_of(MODELS[model].feature_set)


def export_embeddings(corpus: str, protocol: str, model: str, file: Path) -> None:
    """Write the layer before the logits of every utterance, by the network of each fold.

    Raises:
        UserError: no network, or its weights are not on this machine
    """
    params = project_params()
    check_arguments("ser embeddings", corpus, protocol, model, params)
    check_features("ser embeddings", corpus, model)
    evaluation = plan_evaluation(corpus, protocol, model, params.for_corpus(corpus))
    load_keras()
    first_seed = [request for request in evaluation.requests if request.seed == evaluation.params.evaluation.seed]
    vectors = [_of_fold(evaluation, request) for request in first_seed]
    table = embeddings_table([request.fold for request in first_seed], evaluation.labels.utterance_ids, vectors)
    write_embeddings(table, file)
    CONSOLE.print(f"{file}: {len(table)} rows, {vectors[0].shape[1]} units, {len(first_seed)} folds.")


def _of_fold(evaluation: Evaluation, request: FoldRequest) -> NDArray[np.float32]:
    labels, model = evaluation.labels, MODELS[evaluation.model]
    recogniser = model.build(model.section(evaluation.params), classes=sorted(set(labels.emotions)), seed=request.seed)
    if not isinstance(recogniser, NetworkRecogniser) or reads_words(model.feature_set):
        raise UserError(
            f"{evaluation.model} is not an acoustic network: it has no embeddings here. Name a network, as mlp."
        )
    frames: Features = read_features(request.features, labels.utterance_ids).frames
    if model.speaker_norm:
        frames = speaker_norm(frames, np.array(labels.speakers))
    if not recogniser.load(request.folder, n_dims=frames[0].shape[1]):
        raise UserError(
            f"{evaluation.model} on {evaluation.corpus}, {request.fold.name}: no weights in {request.folder}. They are "
            "written when the fold is trained here: remove .ser/finished, then run the stage again (dvc repro -f)."
        )
    return np.asarray(recogniser.embeddings(frames), np.float32)
