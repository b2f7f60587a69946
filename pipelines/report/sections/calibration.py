"""Calibration of the confidence, and errors left if the least confident predictions are withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from pipelines.report.parts import Section, folded, join, note, picture, render, table, titled
from pipelines.report.svg import BLUE, COLOURS, DASHES, GREY, INK, LOOKS, Plot, element, words
from ser_tasks.evaluation.comparison.calibrated import Calibrated, calibrated
from ser_tasks.evaluation.result import percent

if TYPE_CHECKING:
    from pipelines.report.block import Block

FIRST = 4  # pictures that are always open
TENTHS = (0, 0.2, 0.4, 0.6, 0.8, 1)
LINES = 6  # in one picture


def calibration(block: Block) -> Section | None:
    """The section; None where no predictions are on this machine."""
    n_bins = block.params.reliability.calibration_bins
    found = {
        row.name: calibrated(row.answers, block.classes, n_bins=n_bins)
        for row in block.predicted
        if row.answers is not None
    }
    if not found:
        return None
    drawn = [titled(name, _reliability(name, one)) for name, one in found.items()]
    rest = drawn[FIRST:]
    caption = (
        "Confidence against accuracy; each dot is a bin with as many predictions as the others. On the dashed line a "
        "confidence of 80 % is right 8 times in 10; below it the model is overconfident."
    )
    body = join(
        picture(caption, *drawn[:FIRST]),
        folded(f"{len(rest)} more", picture("", *rest)) if rest else None,
        picture(_coverage_caption(found), _coverage(found)),
        _figures(found),
    )
    return Section("calibration", "How far its confidence can be trusted", body)


def _reliability(name: str, found: Calibrated) -> Markup:
    plot = Plot((0, 1), (0, 1), width=230, height=215)
    dots = [plot.dot(one.confidence, one.accuracy, LOOKS["best"]) for one in found.bins]
    path = plot.line([(one.confidence, one.accuracy) for one in found.bins], colour=BLUE, width=1.5)
    label = f"{name}: " + "; ".join(f"confidence {one.confidence:.0%}, right {one.accuracy:.0%}" for one in found.bins)
    error = words(f"ECE {percent(found.error)} %", x=52, y=24, font_size=12, fill=INK)
    return plot.drawn(
        plot.line([(0, 0), (1, 1)], colour=GREY, dash="4 4", width=1),
        path,
        *dots,
        error,
        label=label,
        x_name="confidence",
        y_name="right",
        x_ticks=TENTHS,
        y_ticks=TENTHS,
    )


def _coverage(found: dict[str, Calibrated]) -> Markup:
    shown = dict(list(found.items())[:LINES])
    highest = max(float(one.curve.risk[one.curve.coverage >= 0.05].max()) for one in shown.values())
    top = min(1.0, np.ceil(highest * 10) / 10)
    plot = Plot((0, 1), (0, top), width=340, height=260)
    lines = []
    for (_, one), colour, dash in zip(shown.items(), COLOURS, DASHES, strict=False):
        kept = one.curve.coverage >= 0.05
        points = list(zip(one.curve.coverage[kept].tolist(), one.curve.risk[kept].tolist(), strict=True))
        lines.append(plot.line(points[:: max(1, len(points) // 80)] + points[-1:], colour=colour, dash=dash))
    drawn = plot.drawn(
        *lines,
        label="Errors among the predictions that are kept, by the share kept: the table below has the figures.",
        x_name="predictions kept, the most confident first",
        y_name="wrong",
        x_ticks=TENTHS,
        y_ticks=np.arange(0, top + 1e-9, 0.1 if top <= 0.5 else 0.2).tolist(),
    )
    keys = [_key(name, colour, dash) for name, colour, dash in zip(shown, COLOURS, DASHES, strict=False)]
    return render("keys", drawn, keys)


def _key(name: str, colour: str, dash: str) -> tuple[Markup, str]:
    line = element("line", x1=0, x2=40, y1=8, y2=8, stroke=colour, stroke_width=2.5, stroke_dasharray=dash or None)
    return element("svg", line, width=44, height=16, aria_hidden="true", class_="badge"), name


def _coverage_caption(found: dict[str, Calibrated]) -> str:
    cut = f" The first {LINES} models." if len(found) > LINES else ""
    return "Share of wrong predictions if the least confident ones are withheld: the lower, the better." + cut


def _figures(found: dict[str, Calibrated]) -> Markup:
    rows = [
        [
            name,
            percent(one.error),
            percent(one.area),
            *(percent(float(np.interp(kept, one.curve.coverage, one.curve.risk))) for kept in (1.0, 0.8, 0.5)),
        ]
        for name, one in found.items()
    ]
    columns = (
        "model",
        "calibration error (ECE)",
        "area under risk-coverage",
        "wrong, all kept",
        "wrong, 80 % kept",
        "wrong, 50 % kept",
    )
    return join(
        table("In %; the smaller, the better", columns, rows),
        note(
            "Each model's confidence was scaled inside its training parts (temperature), so this is how it "
            "holds on the test speakers. Calibration error: bins of equal size (Naeini et al. 2015; Nixon et al. 2019)."
        ),
    )
