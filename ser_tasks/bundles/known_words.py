"""Whether a model of words saw some of these words in its training set."""

from typing import Any

from ser_tasks.text.tokens import tokens


def ngrams_of(vectors: Any) -> frozenset[str] | None:
    """Those of a fitted TF-IDF; None: sentence vectors, which keep no list of words."""
    return frozenset(vectors.words_.vocabulary_) if hasattr(vectors, "words_") else None


def one_is_known(words: str, known: frozenset[str] | None) -> bool:
    """Whether one of the words is among these; True where there is no list."""
    return known is None or any(word in known for word in tokens(words) if word.isalnum())
