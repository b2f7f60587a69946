"""Sections on linguistic models."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from ser_tasks.params.base import Once, Section
from ser_tasks.params.models import NetworkParams, RidgeParams

Balance = Annotated[float, Field(ge=0, le=1)]
"""An utterance weighs 1 / (share of its class) ** balance: 0, all utterances alike, to 1, all classes alike."""


class ContextParams(Section):
    """Of the turns before an utterance, in the TF-IDF models."""

    turns: Annotated[int, Field(ge=0)]  # how many; 0: the utterance alone
    weight: PositiveFloat  # of their blocks beside the utterance's own


class NgramParams(Section):
    """TF-IDF of an utterance and of the turns before it."""

    word_ngrams: PositiveInt  # up to this many words
    character_ngrams: tuple[PositiveInt, PositiveInt] | None  # from, to letters of a word
    min_count: PositiveInt  # utterances of the training part that an n-gram occurs in
    context: ContextParams


class TfidfParams(NgramParams):
    """TF-IDF and logistic regression."""

    c: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]  # searched by cross-entropy on held-out utterances
    balance: Balance  # weight of rare classes: 0, none, to 1, all classes alike
    inner_folds: Annotated[int, Field(ge=2)]  # of the training part, by speaker


class WordsParams(Section):
    """Vocabulary of a text network."""

    min_count: PositiveInt  # occurrences in the training part
    vectors: str | None  # file of word vectors (word2vec, GloVe, fastText) to begin with; null: none
    balance: Balance  # of the predictions, whatever that of the training


class TextNetworkParams(NetworkParams):
    """Keys of every text network's section besides its sizes."""

    words: WordsParams
    embedding: PositiveInt  # dimensions of a word; of a file of vectors, those of the file


class SentenceVectorsParams(Section):
    """A sentence encoder that others have trained."""

    model: str  # folder, or name on the hub
    weights: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None  # digest of its weights, checked; null: any
    layers: Annotated[tuple[NonNegativeInt, ...], Once]  # hidden layers, mean over the tokens; []: its sentence vector
    context: ContextParams


class SentenceEncoderParams(SentenceVectorsParams):
    """The encoder, and a classifier on it."""

    classifier: Literal["logistic_regression", "svm"]  # on the vectors of the encoder
    c: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]  # searched as in tfidf
    balance: Balance  # weight of rare classes: 0, none, to 1, all classes alike
    inner_folds: Annotated[int, Field(ge=2)]  # of the training part, by speaker


class TfidfRidgeParams(NgramParams, RidgeParams):
    """TF-IDF and ridge regression on dimensions."""


class SentenceRidgeParams(SentenceVectorsParams, RidgeParams):
    """The encoder, and ridge regression on its vectors: two sections of params.yaml together."""
