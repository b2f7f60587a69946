"""Which models can be bundled, and what kind of weights each has."""

from ser_tasks.bundles.card import BundleError
from ser_tasks.features.audio_text import reads_words
from ser_tasks.models import MODELS
from ser_tasks.models.recogniser import Model
from ser_tasks.params.reading import listed


def kind_of_weights(model: str) -> str:
    """Kind of the weights of a model of the table: network, words_network, embeddings, text, logistic or svm."""
    line = MODELS[model]
    if line.group == "embeddings":
        return "embeddings"
    words = reads_words(line.feature_set)
    if line.keras:
        return "words_network" if words else "network"
    if words:
        return "text"
    return "logistic" if "ser_tasks.models.logistic" in line.code else "svm"


def is_network(model: str) -> bool:
    """Whether a model of the table is a network of sound alone: frames in, one logit for each class out."""
    return kind_of_weights(model) == "network"


def check_bundled(model: str) -> None:
    """Raise BundleError, with the reason, for a model of the table that cannot predict one recording by itself."""
    if _needs_a_speaker(MODELS[model]):
        bundled = [name for name, line in MODELS.items() if not _needs_a_speaker(line)]
        raise BundleError(
            f"{model} cannot be bundled: it needs all recordings of a speaker before its first prediction, and a "
            f"bundle gets one at a time. Name another model: {listed(bundled)}."
        )


def _needs_a_speaker(line: Model) -> bool:
    return line.speaker_norm
