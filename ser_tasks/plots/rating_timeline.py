"""A picture of ratings over time: waveform, and for each dimension its curve with the interval about it."""

from itertools import groupby
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ser_tasks.bundles.inference.rating_timeline import RatingTimeline
from ser_tasks.plots.style import BLUE, GREEN, VERMILION, save
from ser_tasks.plots.timeline import draw_wave, over_time

Array = NDArray[np.float64]
LOOKS = ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."))
MARGIN = 0.05  # of the scale, above and below


def draw_rating_timeline(timeline: RatingTimeline, dimensions: tuple[str, ...], *, title: str, to: Path) -> None:
    """Write the picture, in the format of its ending.

    Args:
        timeline: of one recording
        dimensions: at most three, a panel each
        title: of the picture
        to: a .png, .svg or .pdf
    """
    figure = Figure(figsize=(12, 2 + 2 * len(dimensions)), layout="constrained")
    wave, *panels = figure.subplots(1 + len(dimensions), 1, sharex=True)
    draw_wave(wave, timeline.statistics)
    wave.set_title(title, loc="left")
    wave.set_title("pale: the interval; dotted: unsure", loc="right", fontsize=9)
    lowest, highest = timeline.scale
    room = MARGIN * (highest - lowest)
    for panel, name, (colour, line) in zip(panels, dimensions, LOOKS, strict=False):
        _curve(panel, timeline, name, colour=colour, line=line)
        panel.set_ylim(lowest - room, highest + room)
        panel.set_ylabel(name)
        panel.grid(alpha=0.3)
    over_time(panels[-1], timeline.statistics.duration)
    save(figure, to, dpi=120)


def _curve(axes: Axes, timeline: RatingTimeline, name: str, *, colour: str, line: str) -> None:
    """Segment by segment: a pause has none."""
    for _, segment in groupby(timeline.windows, key=lambda window: (window.segment, window.unsure)):
        own = list(segment)
        times = np.array([(window.start, window.end) for window in own]).ravel()
        values, low, high = (
            np.repeat([getattr(window.dimensions[name], end) for window in own], 2) for end in ("value", "low", "high")
        )
        axes.fill_between(times, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(times, values, color=colour, linestyle=":" if own[0].unsure else line)
