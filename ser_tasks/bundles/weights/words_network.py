"""A network that reads words on disk: the network, and the words that it numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ser_tasks.bundles.card import REBUILD, BundleError
from ser_tasks.bundles.weights.network import load_network, save_network
from ser_tasks.models.multimodal.network import SpeechTextRecogniser
from ser_tasks.text.tokens import Vocabulary

if TYPE_CHECKING:
    from ser_tasks.bundles.card import Card
    from ser_tasks.models.text.network import TextNetworkRecogniser

VOCABULARY = "vocabulary.json"


def save_words_network(recogniser: TextNetworkRecogniser, folder: Path) -> None:
    """Write the network, its words in the order of their numbers, and the dimensions of a frame of sound."""
    save_network(recogniser, folder)
    n_dims = recogniser.n_dims if isinstance(recogniser, SpeechTextRecogniser) else None
    write_words(recogniser.vocabulary, folder, n_dims=n_dims)


def load_words_network(card: Card, folder: Path) -> TextNetworkRecogniser:
    """The recogniser as it was saved.

    Raises:
        BundleError: not readable as a network, or as its words
    """
    recogniser: TextNetworkRecogniser = load_network(card, folder)  # type: ignore[assignment]  # by the card's model
    recogniser.vocabulary, n_dims = read_words(folder)
    if isinstance(recogniser, SpeechTextRecogniser):
        recogniser.n_dims = n_dims
    return recogniser


def write_words(vocabulary: Vocabulary, folder: Path, *, n_dims: int | None = None) -> None:
    """Write the words, and of a network that reads sound too the dimensions of a frame."""
    kept = {"words": vocabulary.words, "n_dims": n_dims}
    (folder / VOCABULARY).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def read_words(folder: Path) -> tuple[Vocabulary, int]:
    """The words, and the dimensions of a frame of sound, 0 for none.

    Raises:
        BundleError: not readable as words
    """
    try:
        kept = json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))
        return Vocabulary(tuple(kept["words"])), int(kept["n_dims"] or 0)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{folder / VOCABULARY}: not readable as words ({error!r}). {REBUILD}") from error
