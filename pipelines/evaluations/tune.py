"""`ser tune`: hyper-parameters searched inside the training part of each outer fold, then scored once outside."""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock, Timeout

from pipelines import paths
from pipelines.commands.arguments import check_arguments, check_features
from pipelines.display.tuning import show_cost, show_outdated, show_params, show_study
from pipelines.evaluations.plan_tuning import PlannedStudy, Tuning, plan_tuning, study_name
from pipelines.evaluations.record_tuning import StudyRun
from pipelines.evaluations.tune_nested import score_outer
from pipelines.evaluations.tune_study import Limits, run_study
from pipelines.settings import project_params
from ser_tasks.engine import flow
from ser_tasks.errors import UserError
from ser_tasks.evaluation.tuning.candidate import settings, with_settings
from ser_tasks.evaluation.tuning.sampler import was_killed
from ser_tasks.evaluation.tuning.search import Best, Search
from ser_tasks.evaluation.tuning.spaces import SPACES
from ser_tasks.evaluation.tuning.study import open_study, outdated
from ser_tasks.params import Params
from ser_tasks.params.editing import change_file, with_values
from ser_tasks.params.project import ProjectParams
from ser_tasks.params.reading import PARAMS_FILE


@dataclass(frozen=True)
class TuneOptions:
    """Options of the command line."""

    outer: int | None  # folds to score; None: all
    minutes: float | None  # of each study, then no further trial is begun
    write: bool  # the best values to params.yaml


@flow("tune", run_name="{corpus} {protocol} {model}")
def tune(corpus: str, protocol: str, model: str, params: Params, options: TuneOptions) -> None:
    """The studies, the outer folds with what each chose, and the params to adopt."""
    tuning = plan_tuning(corpus, protocol, model, params, outer=options.outer)
    limits = Limits(
        params.tuning.trials, math.inf if options.minutes is None else 60 * options.minutes, params.workers.count
    )
    with _alone(paths.studies(corpus, protocol, model)) as file:
        searches = _open(tuning, file, limits)
        best = {planned.part: _search(tuning, planned, searches[planned.part], limits) for planned in tuning.studies}
    if tuning.outer:
        score_outer(tuning, best)
    adopt = best[tuning.adopted.part]
    values = settings(params, tuning.space, adopt.drawn)
    if options.write and values:
        write_params(values)
    show_params(tuning, values, written=options.write)


def _open(tuning: Tuning, file: Path, limits: Limits) -> dict[str, Search]:
    """Every study, and what all of them will cost."""
    params, searches = tuning.evaluation.params, dict[str, Search]()
    begun, old = dict[str, int](), dict[str, tuple[str, ...]]()
    for planned in tuning.studies:
        name, seed = study_name(tuning, planned), params.evaluation.seed
        old |= outdated(file, name, planned.origin)
        study = open_study(file, name, origin=planned.origin, settings=params.tuning, seed=seed)
        search = Search(study, tuning.space.distributions, n_folds=len(planned.inner), trials=limits.trials)
        searches[planned.part] = search
        if search.spent():
            begun[planned.part] = search.spent()
    show_cost(tuning, trials=limits.trials, begun=begun)
    show_outdated(old)
    return searches


def _search(tuning: Tuning, planned: PlannedStudy, search: Search, limits: Limits) -> Best:
    run = StudyRun(tuning, planned, search.study)
    best = run_study(search, tuning, planned, run, limits)
    run.end(best)
    trials = search.study.get_trials(deepcopy=False)
    states = Counter("killed" if was_killed(trial) else trial.state.name.lower() for trial in trials)
    show_study(tuning, planned.part, best, settings(tuning.evaluation.params, tuning.space, best.drawn), states)
    return best


@contextmanager
def _alone(file: Path) -> Iterator[Path]:
    """One `ser tune` at a time works on these studies: a trial that runs in none is dead."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(file.with_suffix(".lock"), timeout=0):
            yield file
    except Timeout as error:
        raise UserError(
            f"{file}: another `ser tune` is at work on these studies. Wait for it; more of them at once do no more "
            "than --workers of one."
        ) from error


def write_params(values: dict[str, Any], file: Path = PARAMS_FILE) -> None:
    """These values in params.yaml; everything else in it stays to the byte.

    Raises:
        UserError: the file cannot be changed in place
    """
    text = file.read_text(encoding="utf-8")
    changed = with_values(text, values)
    wanted = with_settings(ProjectParams.model_validate(yaml.safe_load(text)), values)
    assert ProjectParams.model_validate(yaml.safe_load(changed)) == wanted, "nothing but these values may change"
    change_file(file, lambda own: with_values(own, values))


def main(
    corpus: str, protocol: str, model: str, *, trials: int | None, workers: int | None, options: TuneOptions
) -> None:
    """The flow with the workers that params.yaml sets, or the command line."""
    params = project_params()
    check_arguments("ser tune", corpus, protocol, model, params, models=SPACES)
    check_features("ser tune", corpus, model)
    asked = {"tuning": {"trials": trials}, "workers": {"count": workers}}
    for section, values in asked.items():
        given = {key: value for key, value in values.items() if value is not None}
        params = params.model_copy(update={section: getattr(params, section).model_copy(update=given)})
    params = params.for_corpus(corpus)
    tune.on(params.workers)(corpus, protocol, model, params, options)
