"""A network on words trained on the CCC on disk: as one on frames, and the words that it numbers."""

from pathlib import Path

from ser_tasks.bundles.card import BaseCard
from ser_tasks.bundles.weights.network_ccc import read_regressor, save_network_ccc
from ser_tasks.bundles.weights.words_network import read_words, write_words
from ser_tasks.models.dimensions.words_network_ccc import NumberedWords, WordsNetworkRegressor
from ser_tasks.models.text.network import TextNetworkSection


def save_words_network_ccc(regressor: WordsNetworkRegressor, folder: Path) -> None:
    """Write model.keras, model.onnx where it can be, matching.npz and vocabulary.json."""
    save_network_ccc(regressor, folder)
    (own,) = regressor.frontends
    assert isinstance(own, NumberedWords)
    write_words(own.vocabulary, folder)


def load_words_network_ccc(card: BaseCard, folder: Path) -> WordsNetworkRegressor:
    """The regressor as it was saved, on ONNX Runtime, or on Keras where that or its file is missing.

    Raises:
        BundleError: not such files, or a .keras file that wants to run code
    """
    regressor = read_regressor(WordsNetworkRegressor, TextNetworkSection, card, folder)
    vocabulary, _ = read_words(folder)
    regressor.frontends = [regressor.numbering(vocabulary, n_outputs=len(regressor.middle))]
    return regressor
