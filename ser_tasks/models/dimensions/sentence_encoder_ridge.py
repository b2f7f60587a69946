"""Ridge regression on the vectors of a frozen sentence encoder, of the turn and of those before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ser_tasks.models.dimensions.tfidf_ridge import WordsRidge
from ser_tasks.models.text.sentence_encoder import SentenceEncoderRecogniser, StandardisedTurns

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.text.sentence_vectors import Encode
    from ser_tasks.params import SentenceRidgeParams
    from ser_tasks.text.transcripts import Dialogue


class SentencesRidge(WordsRidge):
    """One plane for each dimension, on the rows that the classifier `sentence_encoder` reads.

    Source: Reimers & Gurevych (2019), doi:10.18653/v1/D19-1410, for the vectors; Hoerl & Kennard (1970),
    doi:10.1080/00401706.1970.10488634
    """

    def __init__(self, params: SentenceRidgeParams, *, seed: int, encode: Encode | None = None) -> None:
        super().__init__(params, seed=seed)
        vectors: Any = params  # the classifier's settings but for its own, which nothing here asks for
        self.reader = SentenceEncoderRecogniser(vectors, classes=(), seed=seed, encode=encode)

    def represent(self, dialogues: Sequence[Dialogue]) -> Any:
        """Vectors of the turn and of those before it, latest first, shape (n_utterances, 1 + turns, n_dims)."""
        return self.reader.represent(dialogues)

    def unfitted(self) -> StandardisedTurns:
        """Mean and deviation are those of the training part."""
        return StandardisedTurns(self.params.context.weight)
