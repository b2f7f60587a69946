"""Which models can be bundled."""

from ser_tasks.bundle.card import BundleError
from ser_tasks.models import MODELS, NETWORKS
from ser_tasks.speech_and_words import reads_words


def is_network(model: str) -> bool:
    """Whether a model of the table is a network, and its weights a .keras file."""
    return model in NETWORKS


def refuse_unbundled(model: str) -> None:
    """Raise BundleError, with the reason, for a model of the table that cannot answer to one recording alone."""
    line = MODELS[model]
    if line.speaker_norm:
        reason = "it needs all of a speaker's recordings before its first answer, and a bundle hears one at a time"
    elif reads_words(line.feature_set):
        reason = "it reads words, and a bundle hears sound"
    elif line.group == "embeddings":
        reason = "it is two models behind each other, and a bundle holds one"
    else:
        return
    bundled = [name for name, other in MODELS.items() if _hears_one_recording(name) and other is not line]
    raise BundleError(f"{model} cannot be bundled: {reason}. Name another model: {', '.join(bundled)}.")


def _hears_one_recording(model: str) -> bool:
    line = MODELS[model]
    return not line.speaker_norm and not reads_words(line.feature_set) and line.group != "embeddings"
