"""Logits of all members at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.remote.draws import FILLER, split_evenly
from ser_tasks.models.remote.members import Rows
from ser_tasks.models.remote.stacked import State
from ser_tasks.models.remote.work import Work

Logits = NDArray[np.float64]


def logits(work: Work, state: State, parts: Sequence[Rows]) -> list[Logits]:
    """Logits of each member for utterances of its own, shape (n_utterances, n_classes), in their order."""
    batch_size, lengths = work.plan.settings.batch_size, work.clips.lengths
    n_steps = max(-(-len(rows) // batch_size) for rows in parts)
    orders = [np.argsort(lengths[rows], kind="stable") for rows in parts]
    places = np.stack([split_evenly(order, n_steps=n_steps, batch_size=batch_size) for order in orders])
    chosen = np.stack([rows[place] for rows, place in zip(parts, places, strict=True)])
    length = np.where(places == FILLER, 0, lengths[chosen])
    steps = [
        work.stack.answers(
            state,
            (work.clips.first[chosen[:, step]], length[:, step]),
            work.clips.frames,
            padded=work.padded(length[:, step].max()),
        )
        for step in range(n_steps)
    ]
    answers = np.stack([np.asarray(answer, np.float64) for answer in steps], axis=1)
    found = [np.empty((len(rows), answers.shape[-1])) for rows in parts]
    for own, place, answer in zip(found, places, answers, strict=True):
        own[place[place != FILLER]] = answer[place != FILLER]
    return found
