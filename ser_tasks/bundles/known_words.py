"""Whether a model of words saw some of these words in its training set."""

from typing import Any

from ser_tasks.text.tokens import tokens


def words_of(reader: Any) -> frozenset[str] | None:
    """Of a network, those that it numbers; of a fitted TF-IDF, its n-grams; None: sentence vectors keep no list."""
    if hasattr(reader, "vocabulary"):
        return frozenset(reader.vocabulary.words)
    return frozenset(reader.words_.vocabulary_) if hasattr(reader, "words_") else None


def one_is_known(words: str, known: frozenset[str] | None) -> bool:
    """Whether one of the words is among these; True where there is no list."""
    return known is None or any(word in known for word in tokens(words) if word.isalnum())
