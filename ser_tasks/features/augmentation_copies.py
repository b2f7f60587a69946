"""Names made of an utterance's: "a~1" is its first augmented copy, "a under babble_10" it, degraded."""

from collections.abc import Sequence

COPY_MARK = "~"
CONDITION_MARK = " under "


def copies_of(utterance_ids: Sequence[str], number: int) -> tuple[str, ...]:
    """Ids of the copies with this number, from 1, of these utterances."""
    return tuple(f"{name}{COPY_MARK}{number}" for name in utterance_ids)
