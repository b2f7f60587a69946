"""UAR against noise, and under everything else, in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from ser_tasks.evaluation.robustness.words import title
from ser_tasks.plots.style import BLUE, ORANGE, PINK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Figures = Mapping[str, Any]
NOISES = {  # colour, marker and line: distinguishable in grey, too
    "white": (ORANGE, "o", "-"),
    "pink": (PINK, "s", "--"),
    "babble": (BLUE, "^", ":"),
}
FAINT = "0.55"


def robustness_figure(result: Figures) -> Figure:
    """Left, UAR against the ratio of speech to noise, a line for each noise; right, a dot for every other condition.

    Args:
        result: as `ser robustness` writes it
    """
    noises = [own for own in result["conditions"] if own["kind"] in NOISES]
    others = [own for own in result["conditions"] if own["kind"] not in NOISES]
    figure = Figure(figsize=(11, 0.5 + max(4.2, 0.28 * len(others) + 1.4)), layout="constrained")
    parts = [(noises, _noise), (others, _others)]
    shown = [(own, draw) for own, draw in parts if own]
    for axes, (own, draw) in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown, strict=True):
        draw(axes, own, result)
    trained = "trained on clean recordings, tested on degraded ones of unseen speakers"
    figure.suptitle(f"{result['corpus']} · {result['model']}: {trained}", fontsize=11)
    return figure


def _noise(axes: Axes, found: Sequence[Figures], result: Figures) -> None:
    ratios = sorted({own["value"] for own in found})
    for place, (kind, (colour, marker, line)) in enumerate(NOISES.items()):
        own = sorted((one for one in found if one["kind"] == kind), key=lambda one: one["value"])
        if not own:
            continue
        shift = 0.35 * (place - 1)  # so that intervals stand side by side
        axes.errorbar(
            [one["value"] + shift for one in own],
            [100 * one["uar"] for one in own],
            yerr=_reach(own),
            color=colour,
            marker=marker,
            linestyle=line,
            linewidth=1.8,
            markersize=7,
            elinewidth=1,
            capsize=2.5,
            label=kind,
        )
    _clean_and_chance(axes.axhspan, axes.axhline, result)
    axes.set(xlabel="speech to noise, dB (noise grows to the right)", ylabel="UAR, %", ylim=(0, 100))
    axes.set_xticks(ratios, [f"{ratio:g}" for ratio in ratios])
    axes.invert_xaxis()
    axes.legend(loc="lower left", frameon=False)


def _others(axes: Axes, found: Sequence[Figures], result: Figures) -> None:
    rows = range(len(found))
    axes.errorbar(
        [100 * own["uar"] for own in found],
        rows,
        xerr=_reach(found),
        color="black",
        linestyle="none",
        marker="o",
        markersize=5,
        elinewidth=1,
        capsize=2.5,
    )
    _clean_and_chance(axes.axvspan, axes.axvline, result)
    axes.set_yticks(rows, [title(own) for own in found])
    axes.invert_yaxis()
    axes.set(xlabel="UAR, %", xlim=(0, 100))


def _clean_and_chance(span: Any, line: Any, result: Figures) -> None:
    clean = result["clean"]
    span(100 * clean["uar_low"], 100 * clean["uar_high"], color="0.9", zorder=0, label="clean, 95 %")
    line(100 * clean["uar"], color=FAINT, linewidth=1, zorder=0)
    line(100 * result["chance"], color=FAINT, linewidth=1, linestyle=(0, (2, 3)), zorder=0, label="chance")


def _reach(found: Sequence[Figures]) -> list[list[float]]:
    """How far each interval reaches below and above, in %."""
    below = [100 * (own["uar"] - own["uar_low"]) for own in found]
    return [below, [100 * (own["uar_high"] - own["uar"]) for own in found]]
