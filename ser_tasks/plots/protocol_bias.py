"""A picture of `ser protocol-bias`: a bar for each protocol, and for what the voice and the sentence add."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ser_tasks.evaluation.protocol_bias.protocols import REFERENCE
from ser_tasks.evaluation.protocol_bias.shared import SHARES
from ser_tasks.evaluation.result import percent
from ser_tasks.plots.style import BLUE, ORANGE, SKY, save

BIASED, OWN_PROTOCOL, OTHER = ORANGE, BLUE, SKY
HEIGHT = 0.42  # inches of a bar with its margin


def draw_protocol_bias(result: Mapping[str, Any], to: Path) -> None:
    """Write the picture, in the format of its ending.

    Args:
        result: of `pipelines.evaluations.protocol_bias`
        to: a .png, .svg or .pdf
    """
    rows, equal = result["protocols"], result["equal_training"]
    figure = Figure(figsize=(8, HEIGHT * (len(rows) + len(equal)) + 2), layout="constrained")
    heights = [len(part) for part in (rows, equal) if part]
    panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)
    title = f"{result['corpus']}, {result['model']}: one model, {len(rows)} protocols"
    _bars(panels[0, 0], rows, [figures["title"] for figures in rows], title=title)
    if equal:
        title = f"The same test parts, training parts of equal size ({equal[0]['train_utterances']:.0f}) that share"
        _bars(panels[1, 0], equal, [SHARES[figures["shares"]] for figures in equal], title=title)
    panels[-1, 0].set_xlabel("UAR in %, pooled over all folds; lines: 95 % over speakers")
    _legend(figure)
    save(figure, to, dpi=110, stamped=to.suffix != ".png")


def _bars(axes: Axes, rows: Sequence[Mapping[str, Any]], names: Sequence[str], *, title: str) -> None:
    places = range(len(rows))
    uars = [100 * figures["uar"] for figures in rows]
    ends = [[100 * abs(figures["uar"] - figures[end]) for figures in rows] for end in ("uar_low", "uar_high")]
    axes.barh(places, uars, height=0.7, color=[_colour(figures) for figures in rows], zorder=2)
    axes.errorbar(uars, places, xerr=ends, fmt="none", ecolor="black", elinewidth=1, capsize=3, zorder=3)
    for place, figures in zip(places, rows, strict=True):
        ink = "white" if _colour(figures) == OWN_PROTOCOL else "black"
        axes.text(1, place, percent(figures["uar"]), va="center", weight="bold", color=ink)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.grid(axis="x", color="0.85", zorder=0)
    axes.set_title(title, loc="left", fontsize=10)


def _colour(figures: Mapping[str, Any]) -> str:
    if figures.get("protocol") == REFERENCE:
        return OWN_PROTOCOL
    return BIASED if figures["shared"]["speaker"] else OTHER


def _legend(figure: Figure) -> None:
    meaning = {
        BIASED: "voices of the test part are in the training set",
        OWN_PROTOCOL: "they are not: the corpus' own protocol",
        OTHER: "they are not: another one",
    }
    patches = [Patch(color=colour, label=text) for colour, text in meaning.items()]
    figure.legend(handles=patches, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
