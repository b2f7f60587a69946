"""Which models can be bundled."""

from ser_tasks.bundles.card import BundleError
from ser_tasks.features.audio_text import reads_words
from ser_tasks.models import MODELS, NETWORKS
from ser_tasks.models.recogniser import Model
from ser_tasks.params.reading import listed


def kind_of_weights(model: str) -> str:
    """What a bundle keeps of a model of the table: network, logistic or svm."""
    if is_network(model):
        return "network"
    return "logistic" if "ser_tasks.models.logistic" in MODELS[model].code else "svm"


def is_network(model: str) -> bool:
    """Whether a model of the table is a network, and its weights a .keras file."""
    return model in NETWORKS


def refuse_unbundled(model: str) -> None:
    """Raise BundleError, with the reason, for a model of the table that cannot answer to one recording alone."""
    reason = _reason_against(MODELS[model])
    if reason is not None:
        bundled = [name for name, line in MODELS.items() if _reason_against(line) is None]
        raise BundleError(f"{model} cannot be bundled: {reason}. Name another model: {listed(bundled)}.")


def _reason_against(line: Model) -> str | None:
    if line.speaker_norm:
        return "it needs all of a speaker's recordings before its first answer, and a bundle hears one at a time"
    if reads_words(line.feature_set):
        return "it reads words, and a bundle hears sound"
    if line.group == "embeddings":
        return "it is two models behind each other, and a bundle holds one"
    return None
