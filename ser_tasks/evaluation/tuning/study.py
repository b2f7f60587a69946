"""A study in a file: made, or gone on with where it was killed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import optuna
from optuna.pruners import MedianPruner
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from ser_tasks.evaluation.tuning.sampler import PlacedTpe

if TYPE_CHECKING:
    from ser_tasks.params import TuningParams

ORIGIN = "origin"
PATIENCE = 60  # s that a writer waits for another


def open_study(file: Path, name: str, *, origin: Mapping[str, str], settings: TuningParams, seed: int) -> optuna.Study:
    """The study of this name and origin, its dead trials failed and queued again; a new one if there is none.

    Call it where no other process works on the study: what runs in it is taken for dead.

    Args:
        file: SQLite; holds any number of studies
        name: without the origin, whose digests make it unique
        origin: digests of the data, the code, the settings and the libraries that its values depend on
        settings: of sampler and pruner
        seed: of the sampler
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        storage=_storage(file),
        study_name=full_name(name, origin),
        direction="maximize",
        sampler=PlacedTpe(seed=seed, startup_trials=settings.startup_trials),
        pruner=MedianPruner(n_startup_trials=settings.startup_trials, n_warmup_steps=settings.prune_after),
        load_if_exists=True,
    )
    study.set_user_attr(ORIGIN, dict(origin))
    _queue_the_dead_again(study)
    return study


def outdated(file: Path, name: str, origin: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Studies of the same name but another origin, and what of it differs; none of them is gone on with."""
    if not file.exists():
        return {}
    summaries = optuna.get_all_study_summaries(_storage(file))
    found = {}
    for summary in summaries:
        other = summary.user_attrs.get(ORIGIN, {})
        if summary.study_name.rpartition(" ")[0] == name and other != dict(origin):
            found[summary.study_name] = tuple(key for key in origin if other.get(key) != origin[key])
    return found


def full_name(name: str, origin: Mapping[str, str]) -> str:
    """The name with eight digits of each digest."""
    return f"{name} {'-'.join(digest[:8] for digest in origin.values())}"


def _storage(file: Path) -> RDBStorage:
    file.parent.mkdir(parents=True, exist_ok=True)
    return RDBStorage(f"sqlite:///{file}", engine_kwargs={"connect_args": {"timeout": PATIENCE}})


def _queue_the_dead_again(study: optuna.Study) -> None:
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
        if trial.params:  # else it died before it had any: the next is drawn in its place
            study.enqueue_trial(dict(trial.params), user_attrs={"again": trial.number})
