"""One study step by step: `next` gives what to evaluate, `tell` takes its score, `best` is the conclusion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.trial import FrozenTrial, Trial, TrialState

from ser_tasks.errors import UserError
from ser_tasks.evaluation.tuning.sampler import ERROR, was_killed

if TYPE_CHECKING:
    from optuna import Study

    from ser_tasks.evaluation.tuning.spaces import Distributions

DEFAULTS, INNER_SCORES = "defaults", "inner_scores"


@dataclass(frozen=True)
class Job:
    """One inner fold of one candidate: what was drawn in a trial, or, without a trial, params.yaml as it is."""

    trial: int | None
    drawn: Mapping[str, Any] = field(hash=False)
    fold: int  # from 0


@dataclass(frozen=True)
class Best:
    """The candidate with the highest mean score over the inner folds."""

    trial: int | None  # None: none of the trials beat params.yaml as it is
    drawn: Mapping[str, Any]
    score: float
    defaults_score: float


class Search:
    """Trials of a study, each on one inner fold after the other, so that a poor one can be given up early.

    With one worker everything follows from the study: killed and resumed, it ends as it would have.

    Args:
        study: opened by `open_study`
        distributions: of the values to draw
        n_folds: inner folds of a trial
        trials: that the study shall have, those of earlier runs among them
    """

    def __init__(self, study: Study, distributions: Distributions, *, n_folds: int, trials: int) -> None:
        self.study, self.distributions, self.n_folds, self.trials = study, dict(distributions), n_folds, trials
        self._asked: dict[int, Trial] = {}
        self._scores: dict[int | None, dict[int, float]] = defaultdict(dict)
        known = DEFAULTS in study.user_attrs
        self._waiting = [] if known else [Job(None, {}, fold) for fold in range(n_folds)]

    def next(self, *, begin: bool = True) -> Job | None:
        """What to evaluate now; None where all that is left waits for a result.

        Args:
            begin: whether a new trial may be drawn
        """
        if self._waiting:
            return self._waiting.pop(0)
        if not begin or self.spent() >= self.trials:
            return None
        trial = self.study.ask(self.distributions)
        self._asked[trial.number] = trial
        return Job(trial.number, dict(trial.params), 0)

    def spent(self) -> int:
        """Trials begun; those that were killed do not count."""
        trials = self.study.get_trials(deepcopy=False)
        return sum(trial.state != TrialState.WAITING and not was_killed(trial) for trial in trials)

    def tell(self, job: Job, score: float) -> FrozenTrial | None:
        """Take the score of a job, higher being better; returns the trial if it ended with it.

        One that is worse than the median of the others is pruned.
        """
        scores = self._scores[job.trial]
        scores[job.fold] = score
        in_order = [scores[fold] for fold in sorted(scores)]
        if job.trial is None:
            if len(scores) == self.n_folds:
                self.study.set_user_attr(DEFAULTS, in_order)
            return None
        trial = self._asked[job.trial]
        trial.report(float(np.mean(in_order)), step=len(scores))
        if len(scores) == self.n_folds:
            return self._end(trial, in_order, value=float(np.mean(in_order)))
        if trial.should_prune():
            return self._end(trial, in_order, state=TrialState.PRUNED)
        self._waiting.append(Job(job.trial, job.drawn, job.fold + 1))
        return None

    def fail(self, job: Job, error: UserError) -> FrozenTrial:
        """Take note that a trial cannot be evaluated; it is not tried again.

        Raises:
            UserError: it was no trial but params.yaml as it is, without which nothing can be compared
        """
        if job.trial is None:
            raise error
        trial = self._asked[job.trial]
        trial.set_user_attr(ERROR, str(error))
        return self._end(trial, list(self._scores[job.trial].values()), state=TrialState.FAIL)

    def best(self) -> Best:
        """The best trial; params.yaml as it is where no trial is better on the same folds."""
        defaults = float(np.mean(self.study.user_attrs[DEFAULTS]))
        complete = self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        first = max(complete, key=lambda trial: (trial.value, -trial.number), default=None)
        if first is None or first.value is None or first.value <= defaults:
            return Best(None, {}, defaults, defaults)
        return Best(first.number, dict(first.params), first.value, defaults)

    def _end(
        self, trial: Trial, scores: list[float], *, value: float | None = None, state: TrialState | None = None
    ) -> FrozenTrial:
        trial.set_user_attr(INNER_SCORES, scores)
        del self._asked[trial.number]
        return self.study.tell(trial, value, state=state)
