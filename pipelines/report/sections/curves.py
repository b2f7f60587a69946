"""Learning curves of networks: UAR on the validation speakers where there is one, and the loss, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from pipelines.report.parts import Section, join, note, picture, titled
from pipelines.report.svg import BLUE, FAINT, VERMILLION, Plot
from ser_tasks.models import MODELS

if TYPE_CHECKING:
    from pipelines.report.block import Block

Epochs = Sequence[Mapping[str, Any]]


def curves(block: Block) -> Section | None:
    """The section; None where there is no network."""
    networks = [row for row in block.rows if row.name in MODELS and MODELS[row.name].keras]
    if not networks:
        return None
    known = {row.name: found for row in networks if (found := _epochs(row.costs))}
    unknown = [row.name for row in networks if row.name not in known]
    drawn = [one for name, found in known.items() for one in (_uar(name, found), _loss(name, found)) if one]
    caption = (
        "Thin: one fold. Thick: their mean, as far as half of the folds went. Loss of training (dashed) and on the "
        "validation speakers (solid)."
    )
    absent = note(
        f"Not kept for {', '.join(unknown)}: these results are from before epochs were. Evaluating again keeps them."
    )
    return Section(
        "curves", "Learning curves", join(picture(caption, *drawn) if drawn else None, absent if unknown else None)
    )


def _epochs(costs: Mapping[str, Any]) -> list[Epochs]:
    return [fold["epochs"] for fold in costs.get("folds", ()) if fold.get("epochs")]


def _uar(name: str, folds: list[Epochs]) -> Markup | None:
    """None: it was trained on votes, and stopped by its loss."""
    series = _series(folds, "val_uar")
    if not any(series):
        return None
    return titled(
        f"{name}: UAR", _plot(f"{name}: UAR on the validation speakers", [(series, BLUE, "")], (0.0, 1.0), "UAR")
    )


def _loss(name: str, folds: list[Epochs]) -> Markup:
    training, validation = _series(folds, "loss"), _series(folds, "val_loss")
    top = float(np.ceil(max(max(one) for one in training + validation if one)))
    lines = [(training, VERMILLION, "5 3"), (validation, BLUE, "")]
    return titled(f"{name}: loss", _plot(f"{name}: loss", lines, (0.0, top), "loss"))


def _series(folds: list[Epochs], key: str) -> list[list[float]]:
    return [[float(epoch[key]) for epoch in fold if epoch[key] is not None] for fold in folds]


def _plot(label: str, lines: list[tuple[list[list[float]], str, str]], y: tuple[float, float], y_name: str) -> Markup:
    longest = max(len(one) for series, _, _ in lines for one in series)
    plot = Plot((1, max(2, longest)), y, width=250, height=190)
    thin, thick, ends = [], [], []
    for series, colour, dash in lines:
        thin += [plot.line(_points(one), colour=FAINT, width=1) for one in series if one]
        mean = _mean(series)
        thick.append(plot.line(_points(mean), colour=colour, dash=dash, width=2.5))
        ends.append(f"mean at the end {mean[-1]:.2f}" if mean else "")
    step = max(1, round(longest / 4 / 5) * 5) if longest > 8 else 1
    share = y[1] <= 1 and y_name == "UAR"
    return plot.drawn(
        *thin,
        *thick,
        label=f"{label}, {longest} epochs, {', '.join(ends)}",
        x_name="epoch",
        y_name=y_name,
        x_ticks=list(range(step, longest + 1, step)),
        y_ticks=np.arange(y[0], y[1] + 1e-9, 0.2 if share else 0.5 if y[1] <= 3 else 1.0).tolist(),
        x_format="{:.0f}",
        y_format="{:.0%}" if share else "{:.1f}",
    )


def _points(values: Sequence[float]) -> list[tuple[float, float]]:
    return [(epoch + 1.0, value) for epoch, value in enumerate(values)]


def _mean(series: list[list[float]]) -> list[float]:
    """Of the folds that were still training, as long as those are half of all."""
    lengths = sorted((len(one) for one in series), reverse=True)
    last = lengths[(len(lengths) - 1) // 2] if lengths else 0
    return [float(np.mean([one[i] for one in series if len(one) > i])) for i in range(last)]
