"""Stage `dimensions`: one model of valence, activation and dominance on one corpus under one protocol, to a result."""

import time

from pipelines.display.tables import show_dimensions
from pipelines.evaluations.dimensions import plan_dimensions, result_of, run_dimensions, track, write_outputs
from pipelines.settings import project_params
from ser_tasks.engine import flow
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params import Params


@flow("dimensions", run_name="{corpus} {protocol} {model}")
def dimensions(corpus: str, protocol: str, model: str, params: Params) -> None:
    """Folds, the audit, one task a fold, then figures from all of them."""
    began = time.perf_counter()
    evaluation = plan_dimensions(corpus, protocol, model, params)
    outcomes = run_dimensions(evaluation)
    result, predictions = result_of(evaluation, outcomes)
    write_outputs(result, predictions)
    show_dimensions(result)
    track(
        result,
        [outcome.chosen for outcome in outcomes],
        settings=DIMENSION_MODELS[model].section(evaluation.params).model_dump(mode="json"),
        params=evaluation.params,
        data={"data.features": evaluation.requests[0].features_digest},
        seconds=time.perf_counter() - began,
    )


def main(corpus: str, protocol: str, model: str) -> None:
    """The flow with the workers that params.yaml sets."""
    params = project_params()
    dimensions.on(params.workers)(corpus, protocol, model, params)
