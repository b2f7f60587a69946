"""The folds of an evaluation, run side by side, and what they cost."""

import json
import shutil
from math import ceil
from typing import Any

from pipelines import paths
from pipelines.display.progress import watch_folds
from pipelines.evaluations.plan import Evaluation
from ser_tasks.atomic import atomic_path
from ser_tasks.evaluation.cost import read_cost
from ser_tasks.evaluation.fold import fold_outcome
from ser_tasks.evaluation.scoring import FoldOutcome
from ser_tasks.models import MODELS
from ser_tasks.models.training.tensorboard import FOLDER as EVENTS
from ser_tasks.tasks import run_fold


def run_folds(evaluation: Evaluation) -> list[FoldOutcome]:
    """All folds side by side; those finished by an earlier, interrupted run come from the cache."""
    running = [run_fold.submit(request) for request in evaluation.requests]
    folders = {f"{request.fold.name}, seed {request.seed}": request.folder for request in evaluation.requests}
    title = f"{evaluation.corpus} · {evaluation.protocol} · {evaluation.model}"
    watch_folds(running, folders, title=title, in_a_row=trainings_in_a_row(evaluation))
    outcomes = [fold_outcome(future.result()) for future in running]
    keep_events(evaluation)
    return outcomes


def trainings_in_a_row(evaluation: Evaluation) -> int:
    """Trainings that one worker does one after the other, the second of a fold with `refit` among them."""
    training = getattr(MODELS[evaluation.model].section(evaluation.params), "training", None)
    refit = getattr(training, "refit", False)
    return ceil(len(evaluation.requests) / evaluation.params.workers.count) * (2 if refit else 1)


def keep_events(evaluation: Evaluation) -> None:
    """Copy the event files of trainings that wrote some to where TensorBoard finds them by name."""
    for request in evaluation.requests:
        for events in sorted(request.folder.glob(f"**/{EVENTS}")):
            part = events.parent.relative_to(request.folder)  # refit, or .
            named = paths.events(evaluation.corpus, evaluation.protocol, evaluation.model)
            shutil.copytree(events, named / f"{request.fold.name}, seed {request.seed}" / part, dirs_exist_ok=True)


def keep_costs(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Write seconds, sizes and epochs of the folds whose work was done on this machine; the same, fold by fold."""
    folds: list[dict[str, Any]] = [
        {"fold": request.fold.name, "seed": request.seed, **read_cost(request.folder)}
        for request in evaluation.requests
    ]
    file = paths.costs(evaluation.corpus, evaluation.protocol, evaluation.model)
    with atomic_path(file) as temporary:
        temporary.write_text(json.dumps({"folds": folds}, indent=1) + "\n", encoding="utf-8")
    return folds
