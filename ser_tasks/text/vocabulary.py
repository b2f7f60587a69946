"""Words and their numbers, from the training part alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ser_tasks.errors import UserError

PADDING, UNKNOWN = 0, 1  # numbers that no word has
FIRST = 2


@dataclass(frozen=True)
class Vocabulary:
    """Words in the order of their numbers: `words[i]` has number i + 2, 0 is padding, 1 every other word."""

    words: tuple[str, ...]

    def __len__(self) -> int:
        """Numbers in use, padding and the unknown word among them."""
        return len(self.words) + FIRST

    @cached_property
    def _number(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words, FIRST)}

    def numbers(self, words: Sequence[str]) -> list[int]:
        """One number for each word; a text without words is one unknown word."""
        return [self._number.get(word, UNKNOWN) for word in words] or [UNKNOWN]


def build_vocabulary(texts: Iterable[Sequence[str]], *, min_count: int) -> Vocabulary:
    """The words that occur `min_count` times or more, most frequent first, then by alphabet.

    Args:
        texts: the words of each utterance of the training part
        min_count: rarer words share the number of the unknown, so that it is learnt, too

    Raises:
        UserError: no word is that frequent
    """
    counts = Counter(word for words in texts for word in words)
    kept = sorted((word for word, n in counts.items() if n >= min_count), key=lambda word: (-counts[word], word))
    if not kept:
        raise UserError(
            f"no word of the training part occurs {min_count} times (of {len(counts)} different words). "
            "Lower min_count in params.yaml, or check the transcripts."
        )
    return Vocabulary(tuple(kept))
