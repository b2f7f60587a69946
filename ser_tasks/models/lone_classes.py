"""Classes that one speaker alone has: where that speaker is tested, the training set has none of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.evaluation.splits import Fold


def lone_classes(cells: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Class -> the one speaker that has it, by class; none where there is one speaker at all.

    Args:
        cells: (speaker, class) of utterances, as often as they like
    """
    speakers: dict[str, set[str]] = {}
    for speaker, name in cells:
        speakers.setdefault(name, set()).add(speaker)
    if len(set().union(*speakers.values())) < 2:
        return {}
    return {name: min(found) for name, found in sorted(speakers.items()) if len(found) == 1}


def in_words(lone: Mapping[str, str]) -> str:
    """The consequence in a sentence; empty where there is no such class."""
    if not lone:
        return ""
    named = ", ".join(f"{name} (speaker {speaker})" for name, speaker in lone.items())
    return f"one speaker alone has {named}: where that speaker is tested, the class is never recognised"


def missing_in_training(folds: Sequence[Fold], emotions: Mapping[str, str]) -> list[str]:
    """A sentence for each class that is tested where the training part has none of it.

    Args:
        folds: of one protocol
        emotions: utterance id -> class

    Raises:
        UserError: a training part of one class
    """
    missed: dict[str, dict[str, int]] = {}
    for fold in folds:
        learnt = {emotions[one] for one in (*fold.train, *fold.validation)}
        if len(learnt) < 2:
            raise UserError(
                f"{fold.name}: the training part has one class ({', '.join(learnt)}), but a model needs two at least. "
                "Choose another protocol in params.yaml, or a corpus in which several speakers have each class."
            )
        for one in fold.test:
            if emotions[one] not in learnt:
                mine = missed.setdefault(emotions[one], {})
                mine[fold.name] = mine.get(fold.name, 0) + 1
    total = {name: sum(emotions[one] == name for fold in folds for one in fold.test) for name in missed}
    return [
        f"{sum(mine.values())} of {total[name]} test utterances of {name} are never recognised: the training part of "
        f"{', '.join(mine)} has none of it."
        for name, mine in sorted(missed.items())
    ]
