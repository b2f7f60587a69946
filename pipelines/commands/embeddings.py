"""What trained networks make of each utterance, from the weights that their evaluation left behind."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.commands.arguments import check_asked
from pipelines.display.tables import CONSOLE
from pipelines.evaluations.plan import Evaluation, plan_evaluation
from pipelines.settings import project_params
from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.features.audio_text import reads_words
from ser_tasks.features.feature_table import read_features
from ser_tasks.keras_backend import load_keras
from ser_tasks.models import MODELS
from ser_tasks.models.embeddings import embeddings_table, write_embeddings
from ser_tasks.models.network import NetworkRecogniser
from ser_tasks.models.recogniser import Features
from ser_tasks.models.speaker_norm import speaker_norm


def export(corpus: str, protocol: str, model: str, file: Path) -> None:
    """Write the layer before the logits of every utterance, as each fold's network gives it.

    Raises:
        UserError: no network, or its weights are not on this machine
    """
    params = project_params()
    check_asked("ser embeddings", corpus, protocol, model, params)
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
            f"{evaluation.model} is no network of sound: it has no embeddings here. Name one of those in `models:`, "
            "as mlp."
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
