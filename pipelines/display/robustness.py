"""`ser robustness` and `ser invariance` on the terminal."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.display.tables import CONSOLE, percent_points, show_rows
from ser_tasks.bundles.card import Card
from ser_tasks.evaluation.dimensions.result import ccc_with_interval
from ser_tasks.evaluation.result import kl_with_interval, nats, of_fewer, percent, with_interval
from ser_tasks.evaluation.robustness.invariance_tests import InvarianceStatus
from ser_tasks.evaluation.robustness.words import drift, shift, title
from ser_tasks.params import ToleranceParams


def show_robustness(result: Mapping[str, Any], *, files: Sequence[Path]) -> None:
    """Print a line for each condition, then the conclusions."""
    kind = "  (synthetic speech)" if result["corpus_kind"] == "synthetic" else ""
    clean, rated = result["clean"], "ccc" in result["clean"]
    figure = f"mean CCC {ccc_with_interval(clean)}" if rated else f"UAR {with_interval(clean)}"
    figure += (
        f"   KL from the votes {kl_with_interval(clean)}{of_fewer(clean, result['tested'])}" if "kl" in clean else ""
    )
    CONSOLE.print(
        f"\n[bold]{result['corpus']} · {result['model']}[/]{kind}  trained on clean sound, tested on degraded\n"
        f"  clean {figure}   {result['tested']} utterances, {result['tested_speakers']} speakers tested"
    )
    row = _rated_row if rated else _voted_row if "kl" in clean else partial(_row, clean)
    show_rows([row(own) for own in result["conditions"]], title="")
    for sentence in result["summary"]:
        CONSOLE.print(f"  {sentence}")
    for warning in result["warnings"]:
        CONSOLE.print(f"  [yellow]{warning}[/]")
    CONSOLE.print("\n".join(f"  {file}" for file in files))


def _row(clean: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, str]:
    towards, grown = drift(clean, own)
    return {
        **_of_classes(own),
        "labels changed": f"{percent(own['labels_changed'])} %",
        "more often": f"{towards} {percent_points(grown)}" if grown > 0 else "–",
    }


def _of_classes(own: Mapping[str, Any]) -> dict[str, str]:
    test = own["difference"]
    return {
        "condition": title(own),
        "UAR [95 %]": with_interval(own),
        "difference [95 %]": f"{percent_points(test['uar_difference'])} "
        f"[{percent_points(test['low'])}, {percent_points(test['high'])}]",
        "p, Holm": f"{test['p_holm']:.3f}",
    }


def _voted_row(own: Mapping[str, Any]) -> dict[str, str]:
    test = own["kl_difference"]
    return {
        **_of_classes(own),
        "KL [95 %]": kl_with_interval(own),
        "KL, difference [95 %]": f"{test['kl_difference']:+.3f} {nats(test['low'], test['high'], '+')}",
        "p of KL, Holm": f"{test['p_holm']:.3f}",
    }


def _rated_row(own: Mapping[str, Any]) -> dict[str, str]:
    test = own["difference"]
    name, moved = shift(own)
    return {
        "condition": title(own),
        "mean CCC [95 %]": ccc_with_interval(own),
        "difference [95 %]": f"{test['ccc_difference']:+.3f} [{test['low']:+.3f}, {test['high']:+.3f}]",
        "p, Holm": f"{test['p_holm']:.3f}",
        "moves most": f"{name} {moved:+.2f}",
    }


def show_invariances(card: Card, statuses: Sequence[InvarianceStatus], tolerance: ToleranceParams) -> None:
    """Print a line for each invariance, and the tolerance."""
    rows = [
        {
            "invariant to": status.title,
            "holds": "yes" if status.holds else "NO",
            "labels changed": f"{status.changed} of {status.recordings}",
            "probability moves": f"up to {percent(status.largest)} points",
            "in": status.worst.name,
        }
        for status in statuses
    ]
    show_rows(rows, title=f"{card.name}: {card.model} on {card.corpus}")
    CONSOLE.print(
        f"  Holds: at most {percent(tolerance.labels_changed)} % of the labels change, and no probability moves by "
        f"more than {percent(tolerance.confidence)} points (robustness.tolerance in params.yaml)."
    )
