"""Pictures of explanations: of one prediction over time, and of groups of features."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from ser_tasks.bundles.card import Card
from ser_tasks.bundles.explain.group_importance import descriptor_groups
from ser_tasks.bundles.explain.recording import Attention, Explanation
from ser_tasks.evaluation.result import percent
from ser_tasks.plots.style import BLUE, SKY, VERMILION, save

FOR, AGAINST, DIVERGING = "#b35806", "#542788", "PuOr_r"  # orange and purple: distinguishable without red and green
BRIGHTEST = 99.5  # percentile of the attributions that has the full colour: a few outliers must not pale the rest
TICKS = 8  # names on the axis of the features
BASELINES = {"mean": "the mean training frame", "silence": "silence"}


def by_drop(result: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Groups with their figures, what costs most first."""
    return sorted(result["groups"].items(), key=lambda item: -item[1]["drop"])


def logit(explanation: Explanation) -> str:
    """What is explained: "logit of anger", or "logit of anger less that of fear"."""
    of = f"logit of {explanation.of}"
    return of if explanation.against is None else f"{of} less that of {explanation.against}"


def draw_explanation(
    explanation: Explanation, card: Card, dimensions: tuple[str, ...], *, title: str, to: Path
) -> None:
    """Waveform, features, attributions and attention over time; of statistics of the whole utterance, bars for groups.

    Args:
        explanation: of one prediction
        card: of the bundle that gave it
        dimensions: names of its features
        title: of the picture
        to: a .png, .svg or .pdf
    """
    answer = explanation.prediction
    head = f"{title}: {answer.emotion}{'?' * answer.unsure} {percent(answer.confidence)} %  ({card.name})"
    if explanation.hop is None:
        figure = _groups(explanation, dimensions)
    else:
        figure = _over_time(explanation, card, dimensions, explanation.hop)
    figure.suptitle(head, x=0.01, ha="left")
    save(figure, to, dpi=110)


def _over_time(explanation: Explanation, card: Card, dimensions: tuple[str, ...], hop: float) -> Figure:
    attention, values = explanation.attention, explanation.attribution.values
    heights = (1.2, 3, 3, 1.4) if attention is None else (1.2, 3, 3, 1.4, 1.4)
    figure = Figure(figsize=(11, 1.2 + 0.9 * sum(heights)), layout="constrained")
    wave, features, moved, summed, *rest = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    signal = explanation.signal
    wave.plot(np.arange(len(signal)) / card.sampling_rate, signal, color="0.35", linewidth=0.4)
    wave.set_ylabel("waveform")
    extent = (0, len(values) * hop, -0.5, values.shape[1] - 0.5)
    given = features.imshow(
        explanation.features.T, origin="lower", aspect="auto", extent=extent, cmap="viridis", interpolation="nearest"
    )
    figure.colorbar(given, ax=features, pad=0.01)
    features.set_ylabel(card.feature_set)
    reach = float(np.percentile(np.abs(values), BRIGHTEST)) or 1.0
    how = {"cmap": DIVERGING, "vmin": -reach, "vmax": reach, "interpolation": "nearest"}
    shown = moved.imshow(values.T, origin="lower", aspect="auto", extent=extent, **how)
    figure.colorbar(shown, ax=moved, pad=0.01)
    moved.set_ylabel("attribution")
    what = f"{logit(explanation)}, against {BASELINES[explanation.baseline]}: orange for it, purple against it"
    moved.set_title(what, fontsize=10, loc="left")
    for axes in (features, moved):
        _names(axes, dimensions)
    _over_frames(summed, values.sum(axis=1), hop)
    if attention is not None:
        _attention(rest[0], attention, end=len(values) * hop)
    wave.set_xlim(0, len(values) * hop)
    (rest or [summed])[-1].set_xlabel("s")
    return figure


def _names(axes: Axes, dimensions: tuple[str, ...]) -> None:
    places = np.unique(np.linspace(0, len(dimensions) - 1, TICKS).astype(int))
    axes.set_yticks(places, [dimensions[place] for place in places], fontsize=8)


def _over_frames(axes: Axes, moved: NDArray[np.float64], hop: float) -> None:
    """Sum over the features of each frame: for the class above 0, against it below."""
    edges = np.arange(len(moved) + 1) * hop
    for sign, colour in ((1, FOR), (-1, AGAINST)):
        axes.stairs(np.maximum(sign * moved, 0) * sign, edges, fill=True, color=colour)
    axes.axhline(0, color="black", linewidth=0.5)
    axes.set_ylabel("sum of a frame")


def _attention(axes: Axes, attention: Attention, *, end: float) -> None:
    """Weight of each step; the dashed line is what all would have if the network looked everywhere alike."""
    middles = (attention.times[1:] + attention.times[:-1]) / 2
    axes.stairs(attention.weights, np.concatenate([[0.0], middles, [end]]), fill=True, color=SKY)
    axes.axhline(1 / len(attention.weights), color="black", linestyle="--", linewidth=0.8)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("attention")


def _groups(explanation: Explanation, dimensions: tuple[str, ...]) -> Figure:
    values = explanation.attribution.values.sum(axis=0)
    sums = {name: float(values[columns].sum()) for name, columns in descriptor_groups(dimensions).items()}
    figure = Figure(figsize=(9, 1.4 + 0.4 * len(sums)), layout="constrained")
    axes = figure.subplots()
    names = sorted(sums, key=lambda name: sums[name])
    axes.barh(names, [sums[name] for name in names], color=[FOR if sums[name] > 0 else AGAINST for name in names])
    axes.axvline(0, color="black", linewidth=0.5)
    axes.set_xlabel(f"attribution to the {logit(explanation)}, against {BASELINES[explanation.baseline]}")
    return figure


def draw_importance(result: Mapping[str, Any], *, to: Path) -> None:
    """What each group costs when shuffled, and what it can do alone, if that is known; with intervals.

    Args:
        result: as results/CORPUS/importance_MODEL.json holds it
        to: a .png, .svg or .pdf
    """
    groups = by_drop(result)[::-1]
    alone = [own["alone"] for _, own in groups if "alone" in own]
    panels = 2 if alone else 1
    figure = Figure(figsize=(4 + 4 * panels, 1.6 + 0.42 * len(groups)), layout="constrained")
    lost, *rest = np.atleast_1d(figure.subplots(1, panels, sharey=True))
    rows = np.arange(len(groups))
    lost.set_yticks(rows, [f"{name} ({own['dimensions']})" for name, own in groups])
    _with_intervals(lost, [(own["drop"], own["low"], own["high"]) for _, own in groups], VERMILION)
    lost.axvline(0, color="black", linewidth=0.8)
    key, label, unit = ("ccc", "mean CCC", "") if "ccc" in result else ("uar", "UAR", ", in points")
    lost.set_xlabel(f"{label} lost when it is shuffled{unit}")
    for axes in rest:
        _with_intervals(axes, [(own[key], own[f"{key}_low"], own[f"{key}_high"]) for own in alone], BLUE)
        axes.axvline(result[key], color="black", linestyle="--", linewidth=0.8)
        axes.set_xlabel(f"{label} of it alone (dashed: of all)")
    for axes in (lost, *rest):
        if key == "uar":
            axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    reached = f"{percent(result['uar'])} %" if key == "uar" else f"{result['ccc']:.3f}"
    title = f"{result['corpus']} · {result['model']} · {result['protocol']}: {label} {reached}"
    figure.suptitle(title, x=0.01, ha="left")
    save(figure, to, dpi=110)


def _with_intervals(axes: Axes, figures: list[tuple[float, float, float]], colour: str) -> None:
    values, low, high = np.array(figures).T
    axes.barh(range(len(values)), values, color=colour, alpha=0.5)
    axes.errorbar(values, range(len(values)), xerr=(values - low, high - values), fmt="o", color="black", markersize=3)
    axes.grid(axis="x", alpha=0.3)
