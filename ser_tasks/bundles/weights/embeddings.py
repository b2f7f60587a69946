"""A network and the SVM behind it on disk: the files of both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ser_tasks.bundles.weights.network import load_network, save_keras
from ser_tasks.bundles.weights.svm import load_svm, save_svm
from ser_tasks.models import MODELS
from ser_tasks.models.embedding_svm import EmbeddingSvmRecogniser

if TYPE_CHECKING:
    from ser_tasks.bundles.card import Card


def save_embeddings(recogniser: EmbeddingSvmRecogniser, folder: Path) -> None:
    """Write the network, and the SVM on what it makes of an utterance; a file of logits alone has no embeddings."""
    save_keras(recogniser.network.model, folder)
    save_svm(recogniser.svm, folder)


def load_embeddings(card: Card, folder: Path) -> EmbeddingSvmRecogniser:
    """The recogniser as it was saved.

    Raises:
        BundleError: a file that is no network or no SVM
    """
    settings, network = dict(card.settings), MODELS[card.model].network_name
    svm = load_svm(card.model_copy(update={"settings": settings.pop("svm")}), folder)
    own = card.model_copy(update={"settings": settings, "model": network})
    return EmbeddingSvmRecogniser(load_network(own, folder), svm)
