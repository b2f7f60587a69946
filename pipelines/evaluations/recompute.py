"""A result computed afresh: folds trained again from what lies here, no cache, nothing written to results or data."""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from pipelines.display.tables import CONSOLE
from pipelines.evaluations import cross_corpus, dimension_ensemble, dimensions, ensemble
from pipelines.evaluations.result import result_of
from pipelines.evaluations.verify_rows import Recorded
from ser_tasks.evaluation.dimensions.fold import compute_dimension_fold, dimension_outcome
from ser_tasks.evaluation.fold import FoldRequest, compute_fold, fold_outcome
from ser_tasks.evaluation.scoring import FoldOutcome
from ser_tasks.params import Params

COLUMNS = (TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn())


def recompute(row: Recorded, params: Params) -> tuple[dict[str, Any], pd.DataFrame]:
    """Its result and predictions as today's data, params, code and libraries give them.

    An ensemble is made anew of its members' predictions that lie here: recompute those by their own rows.

    Raises:
        UserError: something that it is made of is not here, or no table has its model any more
    """
    result = row.result
    if row.kind == "ensemble":
        made, answers, _ = ensemble.result_of(result["model"], row.ensemble_section(params), params)
        return made, answers.predictions
    if row.kind == "dimension_ensemble":
        rated_result, several = dimension_ensemble.result_of(result["model"], row.ensemble_section(params), params)
        return rated_result, several.predictions
    if row.kind == "cross":
        across = cross_corpus.plan_cross(result["model"], row.cross_section(params), params)
        again, predictions, _ = cross_corpus.result_of(across, fresh_outcomes(row.name, across.requests, params))
        return again, predictions
    if row.kind == "dimensions":
        rated = dimensions.plan_dimensions(result["corpus"], result["protocol"], result["model"], params)
        with tempfile.TemporaryDirectory(prefix="ser-verify-") as folder:
            aside = [replace(own, work=Path(folder)) for own in rated.requests]
            computed = _in_processes(row.name, compute_dimension_fold, aside, params)
        return dimensions.result_of(rated, [dimension_outcome(own) for own in computed])
    planned = row.planned(params)
    again, predictions, _ = result_of(planned, fresh_outcomes(row.name, planned.requests, params))
    return again, predictions


def fresh_outcomes(title: str, requests: Sequence[FoldRequest], params: Params) -> list[FoldOutcome]:
    """Every fold trained in a folder of its own that is deleted, in as many processes as `workers.count` sets."""
    with tempfile.TemporaryDirectory(prefix="ser-verify-") as folder:
        aside = [replace(own, work=Path(folder) / "work", adopted=Path(folder) / "none") for own in requests]
        return [fold_outcome(own) for own in _in_processes(title, compute_fold, aside, params)]


def _in_processes(
    title: str, fold: Callable[[Any], dict[str, Any]], requests: Sequence[Any], params: Params
) -> list[dict[str, Any]]:
    """What a task does, without its cache, for each request."""
    processes = ProcessPoolExecutor(params.workers.count, mp_context=get_context("spawn"))
    with processes as pool, Progress(*COLUMNS, console=CONSOLE, transient=True) as screen:
        bar = screen.add_task(f"{title} · folds", total=len(requests))
        running = [pool.submit(fold, request) for request in requests]
        for _ in as_completed(running):
            screen.advance(bar)
        return [future.result() for future in running]
