"""`ser tune` on the terminal: the cost before, the figures and the params after."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from pipelines.display.tables import CONSOLE, percent_points
from pipelines.evaluations.plan_tuning import EVERYTHING, Tuning
from pipelines.orchestration.stage_list import model_entry
from ser_tasks.evaluation.dimensions.result import ccc_with_interval, short
from ser_tasks.evaluation.result import percent, with_interval
from ser_tasks.evaluation.tuning.search import Best
from ser_tasks.evaluation.tuning.spaces import SPACES
from ser_tasks.models import MODELS


@dataclass(frozen=True)
class Measure:
    """How a figure is shown."""

    name: str
    shown: Callable[[float], str]
    with_interval: Callable[[Mapping[str, Any]], str]
    less: Callable[[float], str]  # a difference


MEASURES: Mapping[str, Measure] = {
    "uar": Measure("UAR", percent, with_interval, percent_points),
    "ccc": Measure("CCC", short, ccc_with_interval, lambda difference: f"{difference:+.3f}"),
}
"""By their key in results."""


MANY = 3  # models that are named


def show_cost(tuning: Tuning, *, trials: int, begun: Mapping[str, int]) -> None:
    """Print the number of fits at most, before the first."""
    evaluation = tuning.evaluation
    fits = sum((trials + 1) * len(study.inner) for study in tuning.studies)
    inner = " or ".join(str(n) for n in sorted({len(study.inner) for study in tuning.studies}))
    CONSOLE.print(
        f"\n[bold]{evaluation.corpus} · {evaluation.protocol} · {evaluation.model}[/]  tuning\n"
        f"  {len(tuning.studies)} studies ({', '.join(study.part for study in tuning.studies)}) × ({trials} trials + "
        f"params.yaml as it is) × {inner} inner folds = {fits} fits, less what is pruned; then "
        f"{2 * len(tuning.outer)} on outer folds."
    )
    if len(tuning.outer) < tuning.n_folds:
        CONSOLE.print(f"  Only {len(tuning.outer)} of {tuning.n_folds} outer folds are scored.")
    for part, done in begun.items():
        CONSOLE.print(f"  {part}: {done} trials were made by an earlier run, and count.")


def show_outdated(found: Mapping[str, Sequence[str]]) -> None:
    """Print the earlier studies that are not resumed."""
    for name, differs in found.items():
        CONSOLE.print(f"  [yellow]Not resumed, for other {', '.join(differs)}: {name}[/]")


def show_study(tuning: Tuning, part: str, best: Best, values: Mapping[str, Any], states: Mapping[str, int]) -> None:
    """Print one study in two lines."""
    counts = ", ".join(f"{n} {state}" for state, n in states.items())
    own = MEASURES[tuning.target.key]
    CONSOLE.print(
        f"  {part}: inner {own.name} {own.shown(best.score)}, params.yaml as it is {own.shown(best.defaults_score)} "
        f"(trials: {counts})"
    )
    CONSOLE.print(f"    {in_line(values)}" if values else "    no trial beats params.yaml as it is")


def show_nested(figures: Mapping[str, Any], key: str) -> None:
    """Print UAR or CCC tuned and not, on the same speakers, and the test."""
    own, test, folds = MEASURES[key], figures["against_defaults"], figures["outer_folds"]
    some = "" if len(folds) == figures["of_folds"] else f"  (only {len(folds)} of {figures['of_folds']} outer folds)"
    CONSOLE.print(f"\nOn speakers that no search used{some}")
    CONSOLE.print(f"  tuned                  {own.name} {own.with_interval(figures['tuned'])}")
    CONSOLE.print(f"  params.yaml as it is   {own.name} {own.with_interval(figures['defaults'])}")
    if figures["speakers"] == 1:
        spread = "of one speaker: no interval, no test"
    else:
        interval = f"[{own.less(test['low'])}, {own.less(test['high'])}]"
        spread = f"{interval}, p = {test['p']:.3f} over {figures['speakers']} speakers"
    CONSOLE.print(f"  difference             {own.less(test[f'{key}_difference'])} {spread}")


def show_params(tuning: Tuning, values: Mapping[str, Any], *, written: bool) -> None:
    """Print the values to use, as they stand in params.yaml."""
    part = tuning.adopted.part
    if not values:
        CONSOLE.print(f"\nNothing to change: on {part}, no trial beats params.yaml as it is.")
        return
    CONSOLE.print(f"\nParams to use (from the study of {part}){', written to params.yaml' * written}:")
    CONSOLE.print("\n".join(f"  {key}: {_yaml(value)}" for key, value in values.items()), markup=False)
    model, section = tuning.evaluation.model, tuning.space.section
    others = [name for name in SPACES if name != model and section in _sections(name)]
    if others:
        more = f" and {len(others) - MANY} more" if len(others) > MANY else ""
        CONSOLE.print(f"  The section {section} is read by {', '.join(others[:MANY])}{more}, too.")
    if part == EVERYTHING:
        how = "report the nested figures" if tuning.outer else "for figures to report leave --outer 0 out"
        CONSOLE.print(f"  They have seen every speaker: an evaluation with them is biased, {how}.")


def _sections(model: str) -> set[str]:
    """Those that a model is searched in, and those that it reads beside them, as an SVM on embeddings its network's."""
    entry = model_entry(model) if model in MODELS else {}
    return {SPACES[model].section, *(entry[key] for key in ("settings", "network") if key in entry)}


def in_line(values: Mapping[str, Any]) -> str:
    """c: [12.3], gamma: [0.0004]: the last steps of the keys."""
    return ", ".join(f"{key.rpartition('.')[2]}: {_yaml(value)}" for key, value in values.items())


def _yaml(value: Any) -> str:
    return yaml.safe_dump([value], default_flow_style=True, width=float("inf")).strip()[1:-1]
