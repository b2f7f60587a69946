"""Explanations on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.display.predictions import said
from pipelines.display.tables import CONSOLE, percent_points, show_rows
from ser_tasks.evaluation.result import percent, with_interval
from ser_tasks.plots.explanation import BASELINES, by_drop, logit

if TYPE_CHECKING:
    from ser_tasks.bundles.explain.recording import Explanation


def show_importance(result: Mapping[str, Any], *, seconds: float, file: Path) -> None:
    """One line for each group."""
    CONSOLE.print(
        f"\n[bold]{result['corpus']} · {result['protocol']} · {result['model']}[/]  UAR {with_interval(result)}"
    )
    rows = [
        {
            "group": name,
            "dimensions": str(own["dimensions"]),
            "UAR lost when shuffled": _points(own),
            **({"UAR of it alone": with_interval(own["alone"])} if "alone" in own else {}),
        }
        for name, own in by_drop(result)
    ]
    show_rows(rows, title=f"Groups of {result['feature_set']}, {result['repeats']} shuffles each, in %")
    CONSOLE.print("  Groups say much the same: one that costs nothing may still tell much. See docs/explain.md.")
    for warning in result["warnings"]:
        CONSOLE.print(f"  [yellow]{warning}[/]")
    CONSOLE.print(f"  {file}   ({seconds:.0f} s)")


def _points(own: Mapping[str, float]) -> str:
    drop, low, high = (percent_points(own[key]) for key in ("drop", "low", "high"))
    return f"{drop} [{low}, {high}]"


def show_explanation(path: Path, explanation: Explanation, *, to: Path) -> None:
    """The answer, what was explained, and whether the attributions are complete."""
    answer, found = explanation.answer, explanation.attribution
    CONSOLE.print(f"\n[bold]{path.name}[/]  ", said(answer.emotion, answer.confidence, unsure=answer.unsure), end="")
    CONSOLE.print("  " + "   ".join(f"{name} {percent(p)}" for name, p in answer.probabilities.items()))
    for remark in answer.remarks:
        CONSOLE.print(f"  [yellow]{remark}[/]")
    CONSOLE.print(
        f"  {logit(explanation)}: {found.change:+.3f} from {BASELINES[explanation.baseline]} to the recording; the "
        f"attributions sum to {found.values.sum():+.3f} after {found.steps} steps"
    )
    if not found.complete:
        CONSOLE.print("  [yellow]They should sum to the first figure: take them with care.[/]")
    CONSOLE.print(f"  {to}")
