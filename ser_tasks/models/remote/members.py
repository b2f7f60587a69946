"""One fold with one seed: a member of those that are trained at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.models.remote.plan import Plan, PlannedFold
from ser_tasks.models.training.validation import validation_speakers

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Member:
    """Its training, validation and test utterances: rows of the plan's labels."""

    fold: PlannedFold
    seed: int
    cache_key: str
    learn: Rows
    check: Rows
    test: Rows

    @property
    def name(self) -> str:
        """For people, and to tell members apart."""
        return f"{self.fold.name}, seed {self.seed}"

    def on_all_speakers(self) -> Member:
        """The same, trained on its validation speakers too, and validated on none."""
        return replace(self, learn=np.concatenate([self.learn, self.check]), check=self.check[:0])

    def generator(self, use: int) -> np.random.Generator:
        """Chance of its own, whatever is trained beside it; `use` is the number of an epoch, or 0 for dropout."""
        own = int.from_bytes(hashlib.sha256(self.fold.name.encode()).digest()[:8], "big")
        return np.random.default_rng([self.seed, own, use])


def members_of(plan: Plan) -> tuple[Member, ...]:
    """Fold by fold, each with all seeds; validation speakers as the ordinary training draws them.

    Raises:
        UserError: a training part of one speaker only
    """
    row_of = {name: row for row, name in enumerate(plan.labels.utterance_ids)}
    members = []
    for fold in plan.folds:
        for seed, cache_key in zip(plan.seeds, fold.cache_keys, strict=True):
            parts = (np.array([row_of[name] for name in ids], np.intp) for ids in (fold.train, fold.validation))
            learn, check = _divide(plan, *parts, seed=seed, where=fold.name)
            test = np.array([row_of[name] for name in fold.test], np.intp)
            members.append(Member(fold, seed, cache_key, learn, check, test))
    return tuple(members)


def _divide(plan: Plan, train: Rows, validation: Rows, *, seed: int, where: str) -> tuple[Rows, Rows]:
    if len(validation):
        return train, validation
    emotions, speakers = np.array(plan.labels.emotions)[train], np.array(plan.labels.speakers)[train]
    try:
        drawn = validation_speakers(emotions, speakers, share=plan.settings.validation_share, seed=seed)
    except ValueError as error:
        raise UserError(f"{where}: {error} Give the fold a validation part.") from error
    return train[~drawn], train[drawn]
