"""TF-IDF of a turn and of those before it, as one sparse row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer

from ser_tasks.errors import UserError
from ser_tasks.text.tokens import clean, tokens
from ser_tasks.text.transcripts import Dialogue, Turn

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import NgramParams


class DialogueTfidf(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Dialogues -> sparse rows: n-grams of words, of letters, and the shape of the turn; then each earlier turn.

    Vocabulary and idf come from the last turns of the dialogues given to `fit`, each of which is an utterance of the
    training part. Every earlier turn has n-grams of words of its own, with weights of their own in the classifier.

    Source: Salton & Buckley (1988), doi:10.1016/0306-4573(88)90021-0
    """

    def __init__(self, params: NgramParams) -> None:
        self.params = params

    def fit(self, dialogues: Sequence[Dialogue], truth: object = None) -> DialogueTfidf:
        """Learn the n-grams and their idf.

        Raises:
            UserError: no n-gram is frequent enough
        """
        settings = {"min_df": self.params.min_count, "sublinear_tf": True, "dtype": np.float64}
        self.words_ = TfidfVectorizer(analyzer=self._word_ngrams, **settings)
        self.letters_ = None
        last = [dialogue[-1] for dialogue in dialogues]
        if self.params.character_ngrams is not None:
            self.letters_ = TfidfVectorizer(analyzer="char_wb", ngram_range=self.params.character_ngrams, **settings)
        try:
            self.words_.fit(last)
            if self.letters_ is not None:
                self.letters_.fit(map(_spaced, last))
        except ValueError as error:
            raise UserError(
                f"no n-gram occurs in {self.params.min_count} of the {len(last)} utterances of the training part "
                f"({error}). Lower min_count of the model's section in params.yaml, or check the transcripts."
            ) from None
        return self

    def transform(self, dialogues: Sequence[Dialogue]) -> csr_matrix:
        """Shape (n_utterances, n_dims)."""
        last = [dialogue[-1] for dialogue in dialogues]
        blocks = [self.words_.transform(last), csr_matrix([_shape(turn) for turn in last])]
        if self.letters_ is not None:
            blocks.append(self.letters_.transform(map(_spaced, last)))
        for back in range(1, self.params.context.turns + 1):
            blocks += [self.params.context.weight * block for block in self._earlier(dialogues, back)]
        return hstack(blocks, format="csr")

    def _earlier(self, dialogues: Sequence[Dialogue], back: int) -> list[csr_matrix]:
        """The turn `back` turns ago: its words; whether the speaker is the same, and whether there was none."""
        absent = Turn("", "")
        turns = [dialogue[-1 - back] if len(dialogue) > back else absent for dialogue in dialogues]
        flags = [
            (turn.speaker == dialogue[-1].speaker, turn is absent)
            for turn, dialogue in zip(turns, dialogues, strict=True)
        ]
        return [self.words_.transform(turns), csr_matrix(np.array(flags, np.float64).reshape(-1, 2))]

    def _word_ngrams(self, turn: Turn) -> list[str]:
        words = tokens(turn.text)
        sizes = range(1, self.params.word_ngrams + 1)
        return [" ".join(words[i : i + n]) for n in sizes for i in range(len(words) - n + 1)]


def _spaced(turn: Turn) -> str:
    return " ".join(tokens(turn.text))


def _shape(turn: Turn) -> NDArray[np.float64]:
    """Features beside the n-grams: capitals, and the length of the turn."""
    words = clean(turn.text).split()
    shouted = any(word.isupper() and len(word) > 1 for word in words)
    return np.array([shouted, np.log1p(len(words)) / 3])
