"""Which models can be bundled."""

from ser_tasks.bundles.card import BundleError
from ser_tasks.features.audio_text import reads_words
from ser_tasks.models import MODELS, NETWORKS
from ser_tasks.models.recogniser import Model
from ser_tasks.params.reading import listed


def kind_of_weights(model: str) -> str:
    """Kind of the weights of a model of the table: network, logistic or svm."""
    if is_network(model):
        return "network"
    return "logistic" if "ser_tasks.models.logistic" in MODELS[model].code else "svm"


def is_network(model: str) -> bool:
    """Whether a model of the table is a network, and its weights a .keras file."""
    return model in NETWORKS


def check_bundled(model: str) -> None:
    """Raise BundleError, with the reason, for a model of the table that cannot predict one recording by itself."""
    reason = _reason_against(MODELS[model])
    if reason is not None:
        bundled = [name for name, line in MODELS.items() if _reason_against(line) is None]
        raise BundleError(f"{model} cannot be bundled: {reason}. Name another model: {listed(bundled)}.")


def _reason_against(line: Model) -> str | None:
    if line.speaker_norm:
        return "it needs all recordings of a speaker before its first prediction, and a bundle gets one at a time"
    if reads_words(line.feature_set):
        return "it reads transcripts, and a bundle gets audio"
    if "ser_tasks.models.svm_published" in line.code:
        return "it is what was published, faults included, to be compared with; svm is the same one repaired"
    if line.group == "embeddings":
        return "it is two models in a row, and a bundle holds one"
    return None
