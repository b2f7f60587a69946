"""From a transcript to tokens, and from those to their numbers in a vocabulary: the same for every linguistic model."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ser_tasks.errors import UserError

STRAIGHT = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "—": "--", "–": "--"}
)
MOJIBAKE = re.compile(r"[\x80-\x9f]|[ÂÃâ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
STRETCHED = re.compile(r"([^\W\d_])\1{3,}")  # nooooo
TOKEN = re.compile(
    r"[^\W\d_]+?(?=n't\b)|n't\b|'(?:s|re|ve|ll|d|m)\b"  # do|n't, she|'s: as the Penn Treebank divides
    r"|\d+(?:[.,:]\d+)*|\w+|\.{2,}|-{2,}|[^\w\s]"
)

PADDING, UNKNOWN = 0, 1  # numbers that no word has
FIRST = 2


def clean(text: str) -> str:
    """The text with broken encodings repaired, quotes, dashes and blanks written in one way; letters keep their case.

    Windows-1252 read as Latin-1 (\\x92), UTF-8 read as Windows-1252 (â€™), compatibility forms (…, full width),
    curly quotes, long dashes, soft hyphens and other characters without a width.
    """
    if MOJIBAKE.search(text):
        text = _reread(text)
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text.translate(STRAIGHT)))
    return " ".join(text.split())


def tokens(text: str) -> tuple[str, ...]:
    """Words in lower case, contractions divided, every punctuation mark a token of its own.

    "Don't!! She’s… fine" -> do n't ! ! she 's ... fine. Runs of dots are one token, so are runs of dashes; a letter
    repeated more than three times in a row is kept three times. Nothing but blanks is left out.
    """
    lowered = STRETCHED.sub(r"\1\1\1", clean(text).casefold())
    return tuple(_one_of_a_run(token) for token in TOKEN.findall(lowered))


def _one_of_a_run(token: str) -> str:
    return {".": "...", "-": "--"}.get(token[0], token) if len(token) > 1 else token


def _reread(text: str) -> str:
    """The text as it was written, where its bytes show it; else as it is."""
    for wrong, right in (("cp1252", "utf-8"), ("latin-1", "utf-8"), ("latin-1", "cp1252")):
        try:
            return text.encode(wrong).decode(right)
        except UnicodeError:
            continue
    return text


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
        min_count: rarer words share the number of the unknown, so that it is trained, too

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
