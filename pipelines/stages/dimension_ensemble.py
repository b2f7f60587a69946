"""Stage `dimension_ensemble`: predictions of dimensions of several models made one, and compared with each of them."""

import time
from collections.abc import Mapping

from pipelines import paths
from pipelines.display.tables import CONSOLE, show_dimensions
from pipelines.evaluations.dimension_ensemble import result_of
from pipelines.evaluations.dimensions import track, write_outputs
from pipelines.evaluations.run_tags import file_digest
from pipelines.settings import project_params
from ser_tasks.engine import flow
from ser_tasks.params import Params


@flow("dimension_ensemble", run_name="{name}")
def dimension_ensemble(name: str, params: Params) -> None:
    """Members' predictions, the rule, figures, and a paired test against each member."""
    began = time.perf_counter()
    section = params.ensembles[name]
    result, made = result_of(name, section, params)
    write_outputs(result, made.predictions)
    show_dimensions(result)
    show_comparison(result["against"])
    place = (section.corpus, section.protocol)
    track(
        result,
        [made.chosen[fold["fold"]] for fold in result["folds"]],
        settings=section.model_dump(mode="json", include={"members", "rule"}),
        params=params,
        data={f"data.{own}": file_digest(paths.dimension_predictions(*place, own)) for own in section.members},
        seconds=time.perf_counter() - began,
    )


def show_comparison(against: Mapping[str, Mapping[str, float]]) -> None:
    """One line for each member."""
    for member, test in against.items():
        CONSOLE.print(
            f"  against {member}: {test['ccc_difference']:+.3f} CCC [{test['low']:+.3f}, {test['high']:+.3f}], "
            f"p = {test['p']:.3f} over speakers"
        )


def main(name: str) -> None:
    """The flow; nothing in it takes long."""
    dimension_ensemble(name, project_params())
