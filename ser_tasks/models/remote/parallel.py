"""All folds and seeds of a plan trained at once, on one device, with JAX.

Each member (a fold with a seed) has weights, optimiser, dropout, batches, augmentation and early stopping of its own;
what it becomes does not depend, but for rounding, on which others are trained beside it. Where this differs from the
ordinary `ser_tasks.models.training.trainer`:

- All members take as many steps an epoch as the largest training part needs. A smaller one is split evenly over them,
  and items that weigh nothing fill its batches up; so its batches are smaller, and its learning rate falls as theirs.
- In a step all members have clips of about one length, since they are padded to one length: the batches of each are
  in order of length, and one shuffling of the steps holds for all. There are few padded lengths: see `clips`.
- The numbers that chance gives are others: so are single results, but not what is to be expected of them.
- A member that has stopped early is computed on, for nothing, until all have; its best weights stay as they are.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import keras

from ser_tasks.errors import UserError
from ser_tasks.models.remote.checkpoint import interrupted_members, remove_standing
from ser_tasks.models.remote.clips import SHAPES, Clips
from ser_tasks.models.remote.group import Tell, train_group
from ser_tasks.models.remote.members import Member
from ser_tasks.models.remote.outcomes import Outcome, read_outcomes, write_outcomes
from ser_tasks.models.remote.plan import Plan
from ser_tasks.models.remote.stacked import ARRANGEMENTS
from ser_tasks.models.remote.work import Work, prepare

NO_MEMORY = "RESOURCE_EXHAUSTED"  # what XLA calls it


def train_plan(
    plan: Plan,
    clips: Clips,
    *,
    folder: Path,
    arrangement: str,
    together: int | None,
    every: int,
    tell: Tell,
    shapes: int = SHAPES,
) -> list[Outcome]:
    """Outcomes of all members; those that an earlier run finished are taken from `folder`, the rest goes on there.

    Args:
        plan: what to train
        clips: its features
        folder: of this plan alone; holds outcomes.json, and a checkpoint while members are trained
        arrangement: 'vectorised' or 'unrolled', see `stacked`
        together: members at once; None: all. Where the device has too little memory for them, half as many
        every: epochs from one checkpoint to the next
        tell: takes a line after each epoch
        shapes: padded lengths at most, each of which is compiled

    Raises:
        UserError: Keras computes with another backend, or the device has too little memory for a single member
    """
    require_jax()
    began = time.perf_counter()
    outcomes = read_outcomes(folder, plan)
    work = prepare(plan, clips, arrangement=ARRANGEMENTS[arrangement], shapes=shapes)
    at_once = together or len(work.members)
    while remaining := _remaining(work, outcomes):
        group = _next_group(remaining, interrupted_members(folder, plan=plan.digest), at_once=at_once)
        finished = _trained_or_none(work, group, folder=folder, every=every, tell=tell)
        if finished is None:
            at_once = len(group) // 2
            tell(f"{plan.title}: too little memory for {len(group)} folds at once; goes on with {at_once}")
        else:
            outcomes = [*outcomes, *finished]
            write_outcomes(folder, plan, outcomes, seconds=time.perf_counter() - began)
        for place in (folder, folder / "refit"):
            remove_standing(place)
    return outcomes


def require_jax() -> None:
    """Refuse other backends of Keras."""
    if keras.backend.backend() != "jax":
        raise UserError(
            f"Keras computes with {keras.backend.backend()}, but folds are trained at once with JAX only. Set "
            "KERAS_BACKEND=jax in the environment, or train them one by one (--one-by-one)."
        )


def _trained_or_none(
    work: Work, group: Sequence[Member], *, folder: Path, every: int, tell: Tell
) -> list[Outcome] | None:
    """None: too little memory. What was allocated is free again after the return, not while the error is handled."""
    try:
        return train_group(work, group, folder=folder, every=every, tell=tell)
    except RuntimeError as error:
        if NO_MEMORY not in str(error):
            raise
        if len(group) == 1:
            raise UserError(
                f"{group[0].name}: the device has too little memory even for one fold at once ({error}). "
                "Lower training.batch_size, or set training.precision: mixed_bfloat16."
            ) from error
        return None


def _remaining(work: Work, outcomes: Sequence[Outcome]) -> list[Member]:
    done = {(outcome.fold, outcome.seed) for outcome in outcomes}
    return [member for member in work.members if (member.fold.name, member.seed) not in done]


def _next_group(remaining: Sequence[Member], interrupted: Sequence[str], *, at_once: int) -> list[Member]:
    """Those that a killed run was at, else the next ones."""
    again = [member for member in remaining if member.name in interrupted]
    return again if again and len(again) == len(interrupted) else list(remaining[:at_once])
