"""The figures of `ser score` on the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.markup import escape

from pipelines.display.tables import CONSOLE, show_each_dimension, show_rows
from ser_tasks.evaluation.dimensions.result import ccc_with_interval
from ser_tasks.evaluation.result import percent, with_interval


def show_score(result: Mapping[str, Any]) -> None:
    """Print one scored test set: its figures, the confusion matrix, what was left out."""
    _show_head(result)
    CONSOLE.print(
        f"  UAR {with_interval(result)}   WA {percent(result['accuracy'])}   macro F1 {percent(result['macro_f1'])}   "
        f"weighted F1 {percent(result['weighted_f1'])}   calibration error {percent(result['ece'])}"
    )
    CONSOLE.print(f"  unsure {_unsure(result['unsure'])}")
    CONSOLE.print(f"  low confidence {_unsure(result['low_confidence'])}")
    show_rows(confusion_rows(result), title="Recall in %, and how often each class was predicted")
    others = [name for name in result["bundle_classes"] if name not in result["classes"]]
    if others:
        CONSOLE.print(
            f"The bundle also has {', '.join(others)}, which none of these utterances is: posteriors are those given "
            f"that one of the {len(result['classes'])} classes is true. Without that, {percent(result['outside'])} % "
            "would have been given one of the others."
        )
    _show_caveats(result)


def show_rating_score(result: Mapping[str, Any]) -> None:
    """Print the same of ratings: a line for all dimensions, one for each, what was left out."""
    _show_head(result)
    CONSOLE.print(f"  mean CCC {ccc_with_interval(result)}")
    show_each_dimension(result)
    unsure = result["unsure"]
    known = {"of them": unsure["mae"], "of the others": unsure["mae_of_others"]}
    errors = [f"MAE {whose} {error:.2f}" for whose, error in known.items() if error is not None]
    CONSOLE.print("  unsure " + ", ".join([f"{percent(unsure['share'])} %", *errors]))
    _show_caveats(result)


def _show_head(result: Mapping[str, Any]) -> None:
    """What was scored on what."""
    speakers = "speakers unknown" if result["speakers"] is None else f"{result['speakers']} speakers"
    preset = f" ({result['preset']})" if result["preset"] else ""
    head = f"{result['bundle']} on {result['scored_on']}"
    CONSOLE.print(f"\n[bold]{escape(head)}[/]{preset}: {result['utterances']} utterances, {speakers}")


def _show_caveats(result: Mapping[str, Any]) -> None:
    """What was left out, and what a reader must know."""
    for reason, count in result["left_out"].items():
        CONSOLE.print(f"Left out: {count} × {escape(reason)}", style="yellow")
    if result["unreadable"]:
        CONSOLE.print(f"Not predicted: {len(result['unreadable'])}, see the errors above", style="yellow")
    for warning in result["warnings"]:
        CONSOLE.print(escape(warning), style="yellow")


def confusion_rows(result: Mapping[str, Any]) -> list[dict[str, str]]:
    """One row for each true class: utterances, recall, and the count of each predicted class."""
    return [
        {
            "true class": name,
            "utterances": str(sum(counts)),
            "recall": percent(result["recall"][name]),
            **{f"→ {other}": str(count) for other, count in zip(result["classes"], counts, strict=True)},
        }
        for name, counts in zip(result["classes"], result["confusion"], strict=True)
    ]


def _unsure(part: Mapping[str, float | None]) -> str:
    """12.3 %, of them 40.0 % wrong, of the others 10.0 %."""
    known = {"of them": part["error"], "of the others": part["error_of_others"]}
    wrong = [f"{whose} {percent(error)} % wrong" for whose, error in known.items() if error is not None]
    return ", ".join([f"{percent(part['share'] or 0)} %", *wrong])
