"""Uncertainty: the sizes that the figures rest on, and every warning of the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report.parts import Section, count, join, render, table
from ser_tasks.evaluation.result import each_seed

if TYPE_CHECKING:
    from pipelines.report.block import Block

FEW = 30  # speakers
DESIGNED_ON = ("emodb", "ravdess")


def uncertainty(block: Block) -> Section:
    """The section: counts, then warnings."""
    rows = []
    for row in block.rows:
        result = row.result
        folds, seeds = ({fold[key] for fold in result["folds"]} for key in ("fold", "seed"))
        half = 50 * (result["uar_high"] - result["uar_low"])
        sizes = [str(block.tested_speakers), str(len(folds)), str(len(seeds))]
        rows.append([row.name, f"± {half:.1f}", *sizes, each_seed(result)])
    columns = ("model", "half of the interval", "speakers", "folds", "seeds", "UAR of each seed")
    warnings = [render("warning", one) for one in _warnings(block)]
    return Section(
        "uncertainty", "How certain is this?", join(table("What the figures rest on", columns, rows), *warnings)
    )


def summary(block: Block) -> str:
    """The uncertainty of the best model, in one line."""
    result = block.rows[0].result
    half = 50 * (result["uar_high"] - result["uar_low"])
    folds, seeds = ({fold[key] for fold in result["folds"]} for key in ("fold", "seed"))
    return (
        f"Uncertainty: ± {half:.1f} points, from {count(block.tested_speakers, 'speaker')}, "
        f"{count(len(folds), 'fold')}, {count(len(seeds), 'seed')}."
    )


def _warnings(block: Block) -> list[str]:
    warnings = []
    speakers = block.tested_speakers
    if speakers < FEW:
        warnings.append(
            f"{count(speakers, 'speaker')}: differences of a few points are not significant with so few, and nothing "
            "is known about voices unlike these."
        )
    if several := [row.name for row in block.rows if len(row.result.get("uar_seeds", ())) > 1]:
        warnings.append(
            f"Confusions, groups, calibration, errors and McNemar's test of {', '.join(several)} are those of the "
            "first seed; UAR and the tests over speakers count all seeds."
        )
    if all(len({fold["seed"] for fold in row.result["folds"]}) == 1 for row in block.rows):
        warnings.append("One seed each: a network trained again gives another figure, one or two points away.")
    if block.comparison.corpus in DESIGNED_ON:
        warnings.append(
            "The feature set and some settings were chosen while looking at this corpus: expect a point or two less on "
            "another one."
        )
    if block.corpus.kind == "acted":
        warnings.append("Acted speech: emotions in everyday speech are weaker, and recognised less often.")
    found: dict[str, list[str]] = {}
    for row in block.rows:
        for warning in row.result["warnings"]:
            found.setdefault(warning, []).append(row.name)
    everyone = len(block.rows)
    return warnings + [
        warning if len(names) == everyone else f"{', '.join(names)}: {warning}" for warning, names in found.items()
    ]
