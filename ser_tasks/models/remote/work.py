"""Data that all members of a plan share, however many are trained at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.remote.clips import SHAPES, Clips, padded_lengths
from ser_tasks.models.remote.members import Member, members_of
from ser_tasks.models.remote.plan import Plan
from ser_tasks.models.remote.stacked import Arrangement, Stack

if TYPE_CHECKING:
    from ser_tasks.params import TrainingParams


@dataclass(frozen=True)
class Work:
    """One plan, made ready."""

    plan: Plan
    clips: Clips
    members: tuple[Member, ...]
    truth: NDArray[np.intp]  # class of each utterance
    n_steps: int  # of an epoch
    shapes: tuple[int, ...]  # padded lengths
    stack: Stack
    refit: Work | None = None  # the same with all training speakers, if the plan wants that

    def padded(self, longest: int) -> int:
        """The padded length for clips of at most `longest` frames."""
        return self.shapes[int(np.searchsorted(self.shapes, longest))]


def prepare(plan: Plan, clips: Clips, *, arrangement: Arrangement, shapes: int = SHAPES) -> Work:
    """Members, steps and padded lengths (at most `shapes`), and the network as functions of its variables."""
    members = members_of(plan)
    everyone = tuple(member.on_all_speakers() for member in members)
    refit = _prepared(plan, clips, everyone, arrangement, shapes) if plan.settings.refit else None
    return replace(_prepared(plan, clips, members, arrangement, shapes), refit=refit)


def _prepared(plan: Plan, clips: Clips, members: tuple[Member, ...], arrangement: Arrangement, shapes: int) -> Work:
    settings, truth = plan.settings, np.searchsorted(plan.classes, plan.labels.emotions)
    n_steps = max(_steps(truth[member.learn], settings) for member in members)
    fastest = settings.augmentation.tempo[0] if settings.augmentation.tempo else 1.0
    longest = np.rint(clips.lengths / min(1.0, fastest)).astype(int)
    lengths = padded_lengths(longest, multiple=settings.frames_multiple, shapes=shapes)
    stack = Stack(plan, n_dims=clips.n_dims, n_steps=n_steps, arrangement=arrangement)
    return Work(plan, clips, members, truth, n_steps, lengths, stack)


def _steps(truth: NDArray[np.integer], settings: TrainingParams) -> int:
    counts = np.bincount(truth)
    items = counts.max() * np.count_nonzero(counts) if settings.balance == "sampling" else len(truth)
    return int(-(-items // settings.batch_size))
