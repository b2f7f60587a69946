"""What an evaluation cost, fold by fold: kept beside its result, which is the same in every run."""

import json
from typing import Any

from pipelines import paths
from pipelines.evaluations.plan import Evaluation
from ser_tasks.atomic import atomic_path
from ser_tasks.evaluation.cost import read_cost


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
