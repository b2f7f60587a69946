"""What a recording looks like: waveform, log-mel with the attention over it, and the emotions over time."""

import base64
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from ser_tasks.features.log_mel import log_mel_spectrogram
from ser_tasks.inference.attention import Attention
from ser_tasks.inference.timeline import Moment

WIDTH, DOTS = 5.0, 160  # inches, and their dots: readable at the width of a phone
HEIGHTS = {"waveform": 1.2, "log-mel": 2.0, "timeline": 1.0}  # inches; the timeline grows by ROW for each class
ROW = 0.17
COLUMNS = 800  # of the drawn waveform: each shows the range of its samples
INK, SOUND, LINE = "#1f2933", "#0072b2", "#ffffff"  # blue of Okabe & Ito (2008)
SEEN = "cividis"  # made to look the same with and without colour vision
VIEW = {"window": 0.025, "hop": 0.010, "n_mels": 64, "f_min": 20.0, "dynamic_range": 80.0, "law": "db"}


def sound_picture(
    signal: NDArray[np.float32],
    sampling_rate: int,
    *,
    attention: Attention | None,
    moments: Sequence[Moment],
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
    _draw_log_mel(panels[1], signal, sampling_rate)
    if attention is not None:
        _draw_attention(panels[1], attention)
    if moments:
        _draw_timeline(panels[2], moments)
    panels[-1].set_xlabel("s")
    panels[-1].set_xlim(0, len(signal) / sampling_rate)
    return figure


def as_data(figure: Figure) -> str:
    """A picture as the source of an <img>, so that no file is left anywhere."""
    stream = BytesIO()
    figure.savefig(stream, format="webp", pil_kwargs={"quality": 80})
    return f"data:image/webp;base64,{base64.b64encode(stream.getvalue()).decode()}"


def _draw_waveform(panel: Any, signal: NDArray[np.float32], sampling_rate: int) -> None:
    blocks = np.array_split(signal, min(COLUMNS, len(signal)))
    starts = np.cumsum([0] + [len(block) for block in blocks[:-1]]) / sampling_rate
    panel.fill_between(starts, [b.min() for b in blocks], [b.max() for b in blocks], color=SOUND, linewidth=0.4)
    reach = max(0.01, float(np.abs(signal).max()))
    panel.set(ylim=(-1.05 * reach, 1.05 * reach), ylabel="of full scale", title="Waveform")
    _style(panel)


def _draw_log_mel(panel: Any, signal: NDArray[np.float32], sampling_rate: int) -> None:
    settings: dict[str, Any] = {**VIEW, "f_max": min(8_000.0, sampling_rate / 2)}
    bands = log_mel_spectrogram(signal, sampling_rate=sampling_rate, **settings)
    extent = (0, len(bands) * VIEW["hop"], 0.5, bands.shape[1] + 0.5)
    panel.imshow(bands.T, origin="lower", aspect="auto", cmap=SEEN, extent=extent, interpolation="nearest")
    panel.set(ylabel="mel band", title=f"Log-mel spectrogram, 20 to {settings['f_max']:.0f} Hz")
    _style(panel)


def _draw_attention(panel: Any, attention: Attention) -> None:
    weights = panel.twinx()
    weights.plot(
        attention.times,
        attention.weights / attention.weights.max(),
        color=LINE,
        linewidth=2,
        path_effects=[withStroke(linewidth=4, foreground=INK)],
    )
    weights.set(ylim=(0, 1.05), yticks=[])
    panel.set_title("Log-mel spectrogram; the line: where the network looks")


def _draw_timeline(panel: Any, moments: Sequence[Moment]) -> None:
    classes = tuple(moments[0].probabilities)
    rows = np.arange(len(classes) + 1) - 0.5
    for moment in moments:
        column = np.array([list(moment.probabilities.values())]).T
        panel.pcolormesh([moment.start, moment.end], rows, column, cmap=SEEN, vmin=0, vmax=1)
        middle, row = (moment.start + moment.end) / 2, classes.index(moment.emotion)
        panel.plot(middle, row, "o", color=INK if moment.unsure else LINE, markeredgecolor=LINE, markersize=5)
    panel.set_yticks(range(len(classes)), classes)
    panel.set_title("Over time: the lighter the likelier; a dark dot is unsure")
    panel.invert_yaxis()
    _style(panel)


def _style(panel: Any) -> None:
    panel.title.set_fontsize(9.5)
    panel.tick_params(labelsize=9)
    panel.yaxis.label.set_fontsize(9)
    panel.xaxis.label.set_fontsize(9)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)
