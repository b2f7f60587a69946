"""How the augmented copies of an utterance are called: "a~1" is the first one of utterance "a"."""

from collections.abc import Sequence

COPY_MARK = "~"


def copies_of(utterance_ids: Sequence[str], number: int) -> tuple[str, ...]:
    """Ids of the copies with this number, from 1, of these utterances."""
    return tuple(f"{name}{COPY_MARK}{number}" for name in utterance_ids)
