"""A picture of a timeline: waveform, decided stretches, probabilities."""

from itertools import groupby
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ser_tasks.bundles.inference.streaming import STEP, SignalStatistics
from ser_tasks.bundles.inference.timeline import Timeline, clock
from ser_tasks.plots.style import COLOURS, save

Array = NDArray[np.float64]
HATCHES = ("", "////", "....")  # of the second and third eight classes
POINTS = 4_000  # of the waveform: more than a picture has columns


def draw_timeline(timeline: Timeline, classes: tuple[str, ...], *, title: str, to: Path) -> None:
    """Write the picture, in the format of its ending.

    Args:
        timeline: of one recording
        classes: in the order of the bundle, which decides the colours
        title: of the picture
        to: a .png, .svg or .pdf
    """
    figure = Figure(figsize=(12, 6), layout="constrained")
    wave, bands, lines = figure.subplots(3, 1, sharex=True, height_ratios=(2, 1, 4))
    draw_wave(wave, timeline.statistics)
    _bands(bands, timeline, classes)
    _probabilities(lines, timeline, classes)
    wave.set_title(title, loc="left")
    wave.set_title("pale: unsure", loc="right", fontsize=9)
    over_time(lines, timeline.statistics.duration)
    figure.legend(*lines.get_legend_handles_labels(), loc="outside lower center", ncols=8, frameon=False)
    save(figure, to, dpi=120)


def over_time(axes: Axes, duration: float) -> None:
    """Set the axis of time: from 0 to the end, in s, with the clock's words."""
    axes.set_xlim(0, duration)
    axes.xaxis.set_major_locator(MaxNLocator(12, steps=[1, 1.5, 3, 6, 10]))  # 15 s, 30 s, 1, 5, 10 minutes
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: clock(seconds).removesuffix(".0")))


def draw_wave(axes: Axes, statistics: SignalStatistics) -> None:
    """The outline of a recording."""
    outline = statistics.outline
    step = max(1, -(-len(outline) // POINTS))
    edges = np.arange(0, len(outline), step)
    low, high = np.minimum.reduceat(outline[:, 0], edges), np.maximum.reduceat(outline[:, 1], edges)
    axes.fill_between(edges * STEP, low, high, color="0.35", linewidth=0, step="post")
    axes.set_ylabel("waveform")
    loudest = max(statistics.peak, 1e-3)
    axes.set_ylim(-loudest, loudest)


def _bands(axes: Axes, timeline: Timeline, classes: tuple[str, ...]) -> None:
    """Decided stretches, pale where they are unsure, with their names where there is room."""
    for stretch in timeline.emotion_segments:
        colour, hatch = _look(classes.index(stretch.emotion))
        width = stretch.end - stretch.start
        axes.broken_barh(
            [(stretch.start, width)],
            (0, 1),
            facecolor=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.5,
            alpha=0.35 if stretch.unsure else 1.0,
        )
        name = stretch.emotion + "?" * stretch.unsure
        if width > 0.011 * len(name) * timeline.statistics.duration:
            axes.text(stretch.start + width / 2, 0.5, name, ha="center", va="center", fontsize=9)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_ylabel("decided")


def _probabilities(axes: Axes, timeline: Timeline, classes: tuple[str, ...]) -> None:
    """Stacked, segment by segment: speech has colour, a pause has none."""
    times, heights = _steps(timeline, classes)
    tops = np.cumsum(heights, axis=1)
    for index, name in enumerate(classes):
        colour, hatch = _look(index)
        below = tops[:, index] - heights[:, index]
        axes.fill_between(times, below, tops[:, index], color=colour, hatch=hatch, linewidth=0, label=name)
    axes.set_ylim(0, 1)
    axes.set_ylabel("probability")


def _steps(timeline: Timeline, classes: tuple[str, ...]) -> tuple[Array, Array]:
    """Both ends of every moment, and NaN behind every segment: times (n,), probabilities (n, n_classes)."""
    times, heights = [], []
    for _, segment in groupby(timeline.windows, key=lambda moment: moment.segment):
        for moment in segment:
            times += [moment.start, moment.end]
            heights += [[moment.probabilities[name] for name in classes]] * 2
        times.append(times[-1])
        heights.append([np.nan] * len(classes))
    return np.array(times), np.array(heights).reshape(-1, len(classes))


def _look(index: int) -> tuple[str, str]:
    return COLOURS[index % len(COLOURS)], HATCHES[index // len(COLOURS) % len(HATCHES)]
