"""The networks on words, trained on the concordance correlation coefficient instead of classes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ser_tasks.models.dimensions.network_ccc import Frames, Frontend, NetworkRegressor
from ser_tasks.models.text.network import TextNetworkRecogniser
from ser_tasks.models.text.read_dialogues import read_dialogues
from ser_tasks.text.tokens import Vocabulary, build_vocabulary, tokens

if TYPE_CHECKING:
    from ser_tasks.models.dimensions.regressor import RatedExamples
    from ser_tasks.models.text.target_section import TextTargetSection


class NumberedWords(TextNetworkRecogniser):
    """Of one network on words: it numbers the words of those that the network is trained on, and knows no others."""

    def __init__(
        self, name: str, section: TextTargetSection, *, vocabulary: Vocabulary, n_outputs: int, seed: int
    ) -> None:
        builder = getattr(import_module(f"ser_tasks.models.text.{name}"), f"build_{name}")
        super().__init__(builder, section, classes=tuple(map(str, range(n_outputs))), seed=seed)
        self.vocabulary = vocabulary

    def frames(self, features: Any) -> Frames:
        """Dialogues -> tokens, see `token_frames`."""
        return self._frames(tuple(features))

    def untrained(self, frames: Any) -> Any:
        """With vectors of its words, where there is a file of them."""
        return self._untrained(frames)

    def bare(self, model: Any) -> Any:
        """Another of its kind, with its weights."""
        bare = self._untrained(None)  # type: ignore[arg-type]  # of a network on words, nothing of the utterances
        bare.set_weights(model.get_weights())
        return bare


class WordsNetworkRegressor(NetworkRegressor):
    """A network of `ser_tasks.models.text` with an output for each dimension, trained as those on frames are.

    Features are dialogues (`ser_tasks.text.transcripts`), one for each utterance. Where the prediction is the mean of
    several networks, each numbers the words of those that it was trained on itself.
    """

    section: TextTargetSection

    def frontend(self, learn: RatedExamples) -> Frontend:
        """Of a network that is to be trained on these utterances."""
        texts = (tokens(dialogue[-1].text) for dialogue in read_dialogues(tuple(learn.features)))
        vocabulary = build_vocabulary(texts, min_count=self.section.network.words.min_count)
        return self.numbering(vocabulary, n_outputs=learn.ratings.shape[1])

    def numbering(self, vocabulary: Vocabulary, *, n_outputs: int) -> NumberedWords:
        """The words that one network knows."""
        return NumberedWords(self.name, self.section, vocabulary=vocabulary, n_outputs=n_outputs, seed=self.seed)
