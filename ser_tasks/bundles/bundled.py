"""Which models can be bundled, and what kind of weights each has."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.bundles.card import BundleError
from ser_tasks.features.audio_text import reads_words
from ser_tasks.features.frames_at_speeds import each_speed
from ser_tasks.models import MODELS, NETWORKS_AT_SPEEDS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.regressor import DimensionModel
from ser_tasks.models.recogniser import Model
from ser_tasks.params.reading import listed


def kind_of_weights(model: str) -> str:
    """Kind of the weights of a model of one of the two tables: a key of `ser_tasks.bundles.weights.READERS`."""
    if model in DIMENSION_MODELS:
        return DIMENSION_MODELS[model].kind
    line = MODELS[model]
    if line.group == "embeddings":
        return "embeddings"
    words = reads_words(line.feature_set)
    if line.keras:
        return "words_network" if words else "network"
    if words:
        return "text"
    of_planes = any(module.startswith("ser_tasks.models.logistic") for module in line.code)
    return "logistic" if of_planes else "svm"


def is_network(model: str) -> bool:
    """Whether a model of the table is a network of sound alone, as recorded: frames in, a logit for each class out."""
    return kind_of_weights(model) == "network" and model not in NETWORKS_AT_SPEEDS


def as_recorded(model: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of a network at several speeds, the frames of the recording as it is; of any other model what it reads."""
    return each_speed(features)[0] if model in NETWORKS_AT_SPEEDS else features


def check_bundled(model: str) -> None:
    """Raise BundleError, with the reason, for a model of the tables that cannot predict one recording by itself."""
    reason = _reason_against(line_of(model))
    if reason is not None:
        alike = DIMENSION_MODELS if model in DIMENSION_MODELS else MODELS
        bundled = [name for name in alike if _reason_against(line_of(name)) is None]
        raise BundleError(f"{model} cannot be bundled: {reason}. Name another model: {listed(bundled)}.")


def line_of(model: str) -> Model | DimensionModel:
    """Its line in the table of classes, or in that of dimensions."""
    return DIMENSION_MODELS[model] if model in DIMENSION_MODELS else MODELS[model]


def _reason_against(line: Model | DimensionModel) -> str | None:
    if line.speaker_norm:
        return "it needs all recordings of a speaker before its first prediction, and a bundle gets one at a time"
    if "ser_tasks.models.svm_published" in line.code:
        return "it is what was published, faults included, to be compared with; svm is the same one repaired"
    return None
