"""What a recording looks like: waveform, log-mel with the attention over it, and the emotions over time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from ser_tasks.bundles.explain.recording import Attention
from ser_tasks.bundles.inference.timeline import WindowPrediction
from ser_tasks.features.log_mel import log_mel_spectrogram
from ser_tasks.plots.style import BLUE

WIDTH, DOTS = 4.2, 190  # inches, and their dots: readable at the width of a phone
HEIGHTS = {"waveform": 1.2, "log-mel": 2.0, "timeline": 1.0}  # inches; the timeline grows by ROW for each class
ROW = 0.17
FONT = 9  # points
QUIETEST = 0.01  # of full scale, that the axis of a waveform still reaches
COLUMNS = 800  # of the drawn waveform: each shows the range of its samples
INK, LINE = "#1f2933", "#ffffff"
SEEN = "cividis"  # made to look the same with and without colour vision
WINDOW, HOP = 0.025, 0.010  # s
F_MAX = 8_000.0  # Hz
VIEW = {"window": WINDOW, "hop": HOP, "n_mels": 64, "f_min": 20.0, "dynamic_range": 80.0, "law": "db"}


def recording_figure(
    signal: NDArray[np.float32],
    sampling_rate: int,
    *,
    attention: Attention | None = None,
    moments: Sequence[WindowPrediction] = (),
) -> Figure:
    """Everything over one axis of time.

    Args:
        signal: mono, shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz
        attention: None draws none
        moments: of the timeline; without any, none is drawn
    """
    heights = [HEIGHTS["waveform"], HEIGHTS["log-mel"]]
    if moments:
        heights.append(HEIGHTS["timeline"] + ROW * len(moments[0].probabilities))
    figure = Figure(figsize=(WIDTH, sum(heights)), dpi=DOTS, layout="constrained")
    panels = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    _draw_waveform(panels[0], signal, sampling_rate)
    _draw_log_mel(panels[1], signal, sampling_rate, attention)
    if moments:
        _draw_timeline(panels[2], moments)
    panels[-1].set_xlabel("s", fontsize=FONT)
    panels[-1].set_xlim(0, len(signal) / sampling_rate)
    return figure


def _draw_waveform(panel: Any, signal: NDArray[np.float32], sampling_rate: int) -> None:
    blocks = np.array_split(signal, min(COLUMNS, len(signal)))
    starts = np.cumsum([0] + [len(block) for block in blocks[:-1]]) / sampling_rate
    panel.fill_between(starts, [b.min() for b in blocks], [b.max() for b in blocks], color=BLUE, linewidth=0.4)
    reach = 1.05 * max(QUIETEST, float(np.abs(signal).max()))
    panel.set(ylim=(-reach, reach))
    _label(panel, "Waveform", "of full scale")


def _draw_log_mel(panel: Any, signal: NDArray[np.float32], sampling_rate: int, attention: Attention | None) -> None:
    settings: dict[str, Any] = {**VIEW, "f_max": min(F_MAX, sampling_rate / 2)}
    bands = log_mel_spectrogram(signal, sampling_rate=sampling_rate, **settings)
    extent = (0, len(bands) * HOP, 0.5, bands.shape[1] + 0.5)
    panel.imshow(bands.T, origin="lower", aspect="auto", cmap=SEEN, extent=extent, interpolation="nearest")
    if attention is not None:
        share = attention.weights / attention.weights.max() * bands.shape[1]
        panel.plot(attention.times, share, color=LINE, path_effects=[withStroke(linewidth=4, foreground=INK)])
    _label(panel, "Log-mel" if attention is None else "Log-mel, and where the network looks (line)", "mel band")


def _draw_timeline(panel: Any, moments: Sequence[WindowPrediction]) -> None:
    classes = tuple(moments[0].probabilities)
    rows = np.arange(len(classes) + 1) - 0.5
    for moment in moments:
        column = np.array([list(moment.probabilities.values())]).T
        panel.pcolormesh([moment.start, moment.end], rows, column, cmap=SEEN, vmin=0, vmax=1)
        middle, row = (moment.start + moment.end) / 2, classes.index(moment.emotion)
        panel.plot(middle, row, "o", color=INK if moment.unsure else LINE, markeredgecolor=LINE, markersize=5)
    panel.set_yticks(range(len(classes)), classes)
    panel.invert_yaxis()
    _label(panel, "Over time (light: likely; dark dot: unsure)", "")


def _label(panel: Any, title: str, vertical: str) -> None:
    panel.set_title(title, loc="left", fontsize=FONT)
    panel.set_ylabel(vertical, fontsize=FONT)
    panel.tick_params(labelsize=FONT)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)
