"""UAR, or CCC, against noise, and under everything else, in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Measure:
    """The figure that is drawn: its key in a result, its name, and what it is multiplied by."""

    key: str
    label: str
    scale: float

    def of(self, own: Figures, end: str = "") -> float:
        """The figure, or the "_low" or "_high" end of its interval."""
        return self.scale * float(own[self.key + end])

    def reach(self, found: Sequence[Figures]) -> list[list[float]]:
        """How far each interval reaches below and above."""
        below = [self.of(own) - self.of(own, "_low") for own in found]
        return [below, [self.of(own, "_high") - self.of(own) for own in found]]

    def limits(self, found: Sequence[Figures]) -> tuple[float, float]:
        """Of the axis: 0 to the most that there is; lower where an interval of a CCC reaches below."""
        return min(0.0, *(self.of(own, "_low") for own in found)), self.scale


UAR, CCC = Measure("uar", "UAR, %", 100), Measure("ccc", "mean CCC", 1)


def measure_of(result: Figures) -> Measure:
    """CCC of a model of dimensions, UAR of one of classes."""
    return CCC if "ccc" in result["clean"] else UAR


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
    measure = measure_of(result)
    ratios = sorted({own["value"] for own in found})
    for place, (kind, (colour, marker, line)) in enumerate(NOISES.items()):
        own = sorted((one for one in found if one["kind"] == kind), key=lambda one: one["value"])
        if not own:
            continue
        shift = 0.35 * (place - 1)  # so that intervals stand side by side
        axes.errorbar(
            [one["value"] + shift for one in own],
            [measure.of(one) for one in own],
            yerr=measure.reach(own),
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
    axes.set(xlabel="speech to noise, dB (noise grows to the right)", ylabel=measure.label, ylim=measure.limits(found))
    axes.set_xticks(ratios, [f"{ratio:g}" for ratio in ratios])
    axes.invert_xaxis()
    axes.legend(loc="lower left", frameon=False)


def _others(axes: Axes, found: Sequence[Figures], result: Figures) -> None:
    rows, measure = range(len(found)), measure_of(result)
    axes.errorbar(
        [measure.of(own) for own in found],
        rows,
        xerr=measure.reach(found),
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
    axes.set(xlabel=measure.label, xlim=measure.limits(found))


def _clean_and_chance(span: Any, line: Any, result: Figures) -> None:
    clean, measure = result["clean"], measure_of(result)
    span(measure.of(clean, "_low"), measure.of(clean, "_high"), color="0.9", zorder=0, label="clean, 95 %")
    line(measure.of(clean), color=FAINT, linewidth=1, zorder=0)
    chance = measure.scale * result.get("chance", 0.0)  # a model that knows nothing has a CCC of 0
    line(chance, color=FAINT, linewidth=1, linestyle=(0, (2, 3)), zorder=0, label="chance")
