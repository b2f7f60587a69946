"""TPE whose draws depend on the trials before and on nothing else: a study that was killed goes on as if it had not."""

from typing import Any

import numpy as np
from optuna import Study
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState


class PlacedTpe(BaseSampler):
    """A new TPE sampler for each trial, seeded by its place in the study; trials that were killed take no place.

    Args:
        seed: of the study
        startup_trials: drawn at random

    Source: Bergstra et al. (2011), "Algorithms for Hyper-Parameter Optimization", NeurIPS; optuna.samplers.TPESampler
    """

    def __init__(self, *, seed: int, startup_trials: int) -> None:
        self.seed, self.startup_trials = seed, startup_trials

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Set the generator by the trials that count before this one."""
        earlier = study.get_trials(deepcopy=False)
        place = sum(other.number < trial.number and not was_killed(other) for other in earlier)
        state = np.random.SeedSequence([self.seed, place]).generate_state(1)
        self._tpe = TPESampler(seed=int(state[0]), n_startup_trials=self.startup_trials)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """As TPE."""
        return self._tpe.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """As TPE."""
        return self._tpe.sample_relative(study, trial, search_space)

    def sample_independent(self, study: Study, trial: FrozenTrial, name: str, distribution: BaseDistribution) -> Any:
        """As TPE."""
        return self._tpe.sample_independent(study, trial, name, distribution)


def was_killed(trial: FrozenTrial) -> bool:
    """Whether it ended with its process, and not with a value or an error of its own."""
    return trial.state == TrialState.FAIL and ERROR not in trial.user_attrs


ERROR = "error"
"""User attribute of a trial that could not be evaluated: the message."""
