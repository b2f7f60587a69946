"""What a linguistic model reads of an utterance: its own turn, and those before it in the same dialogue."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple, TypeAlias

from ser_tasks.errors import UserError


class Turn(NamedTuple):
    """Something said, and by whom."""

    text: str
    speaker: str


Dialogue: TypeAlias = tuple[Turn, ...]
"""The turns of a dialogue, oldest first, up to the one that is to be recognised, which is the last."""


def dialogues(
    texts: Sequence[str | None],
    speakers: Sequence[str],
    *,
    groups: Sequence[Hashable],
    starts: Sequence[float],
    utterance_ids: Sequence[str],
) -> tuple[Dialogue, ...]:
    """Each utterance with all that was said before it in its dialogue, in the order given.

    Hand in every turn of the corpus, those of classes that are not recognised too: they are context. What comes after
    an utterance is never part of it. Nothing is copied: turns are shared.

    Args:
        texts: transcripts; an empty one is a turn without words
        speakers: of each
        groups: the dialogue of each; None: an utterance on its own
        starts: what orders the turns of a dialogue, seconds or a running number; ties keep the order given
        utterance_ids: for the message

    Raises:
        UserError: utterances without a transcript
    """
    missing = [name for name, text in zip(utterance_ids, texts, strict=True) if not isinstance(text, str)]
    if missing:
        raise UserError(
            f"{len(missing)} of {len(texts)} utterances have no transcript, the first is {missing[0]}. A linguistic "
            "model reads transcripts: take a corpus that has them, or a model that hears."
        )
    said: dict[Hashable, list[Turn]] = {}
    found: dict[int, Dialogue] = {}
    for row in sorted(range(len(texts)), key=lambda row: starts[row]):
        turn = Turn(str(texts[row]), speakers[row])
        before = said.setdefault(groups[row], []) if groups[row] is not None else []
        before.append(turn)
        found[row] = tuple(before)
    return tuple(found[row] for row in range(len(texts)))
