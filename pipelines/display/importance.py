"""`ser explain model` on the terminal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.display.tables import CONSOLE, percent_points, show_rows
from ser_tasks.evaluation.dimensions.result import ccc_with_interval
from ser_tasks.evaluation.result import nats, of_fewer, with_interval
from ser_tasks.plots.explanation import by_drop


def show_importance(result: Mapping[str, Any], *, seconds: float, file: Path) -> None:
    """Print one line for each group."""
    rated = "ccc" in result
    figure = f"mean CCC {ccc_with_interval(result)}" if rated else f"UAR {with_interval(result)}"
    figure += (
        f"   KL from the votes {result['kl']:.3f}{of_fewer(result, result['utterances'])}" if "kl" in result else ""
    )
    CONSOLE.print(f"\n[bold]{result['corpus']} · {result['protocol']} · {result['model']}[/]  {figure}")
    row = _of_ratings if rated else _of_classes
    rows = [{"group": name, "columns": str(own["dimensions"]), **row(own)} for name, own in by_drop(result)]
    unit = "" if rated else ", UAR in %"
    show_rows(rows, title=f"Groups of {result['feature_set']}, {result['repeats']} shuffles each{unit}")
    CONSOLE.print("  Groups are redundant: one that costs nothing may still be informative. See docs/explain.md.")
    for warning in result["warnings"]:
        CONSOLE.print(f"  [yellow]{warning}[/]")
    CONSOLE.print(f"  {file}   ({seconds:.0f} s)")


def _of_classes(own: Mapping[str, Any]) -> dict[str, str]:
    drop, low, high = (percent_points(own[key]) for key in ("drop", "low", "high"))
    row = {"UAR lost when shuffled": f"{drop} [{low}, {high}]"}
    if "kl_gain" in own:
        gain = own["kl_gain"]
        row["KL gained when shuffled"] = f"{gain['kl_difference']:+.3f} {nats(gain['low'], gain['high'], '+')}"
    return row | ({"UAR of it alone": with_interval(own["alone"])} if "alone" in own else {})


def _of_ratings(own: Mapping[str, Any]) -> dict[str, str]:
    """What the mean CCC loses, with its interval, and each dimension without one."""
    row = {"mean CCC lost when shuffled": f"{own['drop']:+.3f} {nats(own['low'], own['high'], '+')}"}
    row |= {name: f"{one['drop']:+.3f}" for name, one in own["each"].items()}
    return row | ({"mean CCC of it alone": ccc_with_interval(own["alone"])} if "alone" in own else {})
