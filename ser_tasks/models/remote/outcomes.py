"""Results of remote training: JSON, each under its cache key, and the predictions of all folds as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from ser_tasks.atomic import atomic_path
from ser_tasks.evaluation.scoring import FoldOutcome, prediction_table
from ser_tasks.models.remote.plan import Plan

FORMAT = 1
FILE = "outcomes.json"


@dataclass(frozen=True)
class Outcome:
    """A fold with one seed: posteriors of shape (n_test, n_classes), and what was chosen on the way."""

    fold: str
    seed: int
    cache_key: str
    utterance_ids: tuple[str, ...]
    posteriors: tuple[tuple[float, ...], ...]
    chosen: dict[str, Any]


def read_outcomes(folder: Path, plan: Plan) -> list[Outcome]:
    """Those that an earlier run of this very plan has finished."""
    try:
        stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    if [stored.get("format"), stored.get("plan")] != [FORMAT, plan.digest]:
        return []
    return [
        Outcome(**(values | {"utterance_ids": tuple(values["utterance_ids"]), "posteriors": _rows(values)}))
        for values in stored["outcomes"]
    ]


def write_outcomes(folder: Path, plan: Plan, outcomes: Sequence[Outcome], *, seconds: float) -> None:
    """All that are finished; `seconds` is what this run took so far, compiling included."""
    stored = {
        "format": FORMAT,
        "plan": plan.digest,
        "seconds": round(seconds, 1),
        "outcomes": [asdict(outcome) for outcome in outcomes],
    }
    with atomic_path(folder / FILE) as temporary:
        temporary.write_text(json.dumps(stored), encoding="utf-8")


def write_predictions(folder: Path, plan: Plan, outcomes: Sequence[Outcome]) -> None:
    """predictions.parquet: fold by fold, each with all seeds."""
    by_name = {(outcome.fold, outcome.seed): outcome for outcome in outcomes}
    runs = [(fold, seed) for fold in plan.folds for seed in plan.seeds]
    own = [by_name[fold.name, seed] for fold, seed in runs]
    answers = [FoldOutcome(outcome.utterance_ids, outcome.posteriors, outcome.chosen) for outcome in own]
    table = prediction_table(runs, answers, plan.labels)  # type: ignore[arg-type]  # a planned fold has the name that it takes
    with atomic_path(folder / "predictions.parquet") as temporary:
        table.to_parquet(temporary, index=False)


def comparison(plan: Plan, *, at_once: Path, one_by_one: Path) -> list[str]:
    """Speed-up of training all folds at once, where both ways have been timed."""
    per_epoch = [_seconds_per_epoch(folder, plan) for folder in (at_once, one_by_one)]
    if None in per_epoch:
        return []
    stacked, single = (seconds or 0.0 for seconds in per_epoch)
    return [
        f"{plan.title}: an epoch of a fold takes {stacked:.3f} s at once and {single:.3f} s one by one (medians): "
        f"{single / stacked:.2f} times as fast"
    ]


def _seconds_per_epoch(folder: Path, plan: Plan) -> float | None:
    seconds = [outcome.chosen["seconds_per_epoch"] for outcome in read_outcomes(folder, plan)]
    return median(seconds) if seconds else None


def _rows(values: dict[str, Any]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in values["posteriors"])
