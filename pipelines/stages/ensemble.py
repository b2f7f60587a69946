"""Stage `ensemble`: the posteriors of several models combined, and compared with each of them."""

import time
from collections.abc import Mapping

from pipelines.display.tables import CONSOLE, percent_points, show_result
from pipelines.evaluations.ensemble import result_of
from pipelines.evaluations.plan import protocol_section
from pipelines.evaluations.record import track, write_outputs
from pipelines.settings import project_params
from ser_tasks.engine import flow
from ser_tasks.evaluation.scoring import FoldOutcome
from ser_tasks.params import Params


@flow("ensemble", run_name="{name}")
def ensemble(name: str, params: Params) -> None:
    """Members' predictions, the rule, figures, and a paired test against each member."""
    began = time.perf_counter()
    section = params.ensembles[name]
    result, made, confusion = result_of(name, section, params)
    write_outputs(result, made.predictions)
    show_result(result)
    show_comparison(result["against"])
    outcomes = [FoldOutcome((), (), dict(made.chosen.get(fold["fold"], {}))) for fold in result["folds"]]
    settings = section.model_dump(mode="json", include={"members", "rule"})
    protocol = protocol_section(params, section.corpus, section.protocol).model_dump(mode="json")
    track(result, confusion, outcomes, seconds=time.perf_counter() - began, protocol=protocol, settings=settings)


def show_comparison(against: Mapping[str, Mapping[str, float]]) -> None:
    """One line for each member."""
    for member, test in against.items():
        CONSOLE.print(
            f"  against {member}: {percent_points(test['uar_difference'])} UAR "
            f"[{percent_points(test['low'])}, {percent_points(test['high'])}], p = {test['p']:.3f} over speakers, "
            f"McNemar p = {test['mcnemar_p']:.3f}"
        )


def main(name: str) -> None:
    """The flow; nothing in it takes long."""
    ensemble(name, project_params())
