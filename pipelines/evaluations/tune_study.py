"""One study, run: its jobs as tasks side by side, its trials to MLflow as they end."""

import shutil
import time
from dataclasses import dataclass, replace

from optuna.trial import FrozenTrial, TrialState
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pipelines.display.tables import CONSOLE
from pipelines.display.tuning import MEASURES
from pipelines.evaluations.plan_tuning import PlannedStudy, Tuning
from pipelines.evaluations.record_tuning import StudyRun
from pipelines.evaluations.tune_target import AnyRequest, Target
from ser_tasks.engine import Running, wait
from ser_tasks.errors import UserError
from ser_tasks.evaluation.tuning.candidate import settings, with_settings
from ser_tasks.evaluation.tuning.search import Best, Job, Search
from ser_tasks.params import Params

PAUSE = 0.2  # s between two looks
COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(bar_width=30),
    TextColumn("{task.fields[note]}"),
    TimeRemainingColumn(),
)


@dataclass(frozen=True)
class Limits:
    """How far a study goes."""

    trials: int
    seconds: float  # then no further trial is begun
    workers: int  # jobs at a time


def run_study(search: Search, tuning: Tuning, planned: PlannedStudy, run: StudyRun, limits: Limits) -> Best:
    """Until its trials are spent or its time is over; the best of all its trials, earlier runs' among them."""
    until = time.monotonic() + limits.seconds
    running: dict[Running, tuple[Job, AnyRequest]] = {}
    with Progress(*COLUMNS, console=CONSOLE, transient=True, disable=not CONSOLE.is_terminal) as screen:
        bar = screen.add_task(f"{tuning.evaluation.model} · {planned.part}", total=limits.trials, note="")
        while True:
            while len(running) < limits.workers and (job := search.next(begin=time.monotonic() < until)):
                request = replace(planned.inner[job.fold], params=candidate_params(tuning, job))
                running[tuning.target.submit(request)] = job, request
            screen.update(bar, completed=search.spent() - _open_trials(running), note=in_words(tuning, search, limits))
            if not running:
                return search.best()
            done, _ = wait(list(running), timeout=PAUSE)
            for future in done:
                ended = _take(tuning.target, search, future, *running.pop(future))
                if ended:
                    run.log(ended)


def candidate_params(tuning: Tuning, candidate: Job | Best) -> Params:
    """params.yaml, and in it what was drawn."""
    params = tuning.evaluation.params
    return with_settings(params, settings(params, tuning.space, candidate.drawn))


def in_words(tuning: Tuning, search: Search, limits: Limits) -> str:
    """7 of 20 trials, best 58.2."""
    complete = search.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    scores = [trial.value for trial in complete if trial.value is not None]
    best = f", best {MEASURES[tuning.target.key].shown(max(scores))}" if scores else ""
    return f"{search.spent()} of {limits.trials} trials{best}"


def _open_trials(running: dict[Running, tuple[Job, AnyRequest]]) -> int:
    return len({job.trial for job, _ in running.values()} - {None})


def _take(target: Target, search: Search, future: Running, job: Job, request: AnyRequest) -> FrozenTrial | None:
    """Its score to the search; the weights are deleted, its predictions stay in the cache."""
    try:
        stored = future.result()
    except UserError as error:
        return search.fail(job, error)
    finally:
        shutil.rmtree(request.folder, ignore_errors=True)
    return search.tell(job, target.value(request, stored))
