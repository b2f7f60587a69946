"""Pictures for the first pages: the path from a corpus to a prediction, and the headline results with their intervals.

python -m docs.overview_figures
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from PIL import Image

from ser_tasks.evaluation.result import read_result

DOCS = Path(__file__).parent
RESULTS = DOCS.parent / "results"
COLOURS = 128  # of a picture: a third of the bytes
BLUE, GREY, RED, PALE = "#1f5a99", "0.35", "#b0413e", "#eaf1f8"
BOX, GAP = (2.5, 1.0), (0.38, 0.55)  # of the workflow: across and down, in the units of its axes
STAGES = (  # rows of (name, command, what it does)
    (
        ("corpus", "ser fetch, ser import", "recordings, labels,\nspeakers; checked"),
        ("features", "features@CORPUS-SET", "descriptors, log-mel,\nspeech encoders"),
        ("folds", "leak audit", "no speaker on\nboth sides"),
        ("evaluation", "ser evaluate", "UAR with a\nspeaker bootstrap"),
    ),
    (
        ("prediction", "ser predict, app, serve", "emotion, confidence,\nor “unsure”"),
        ("bundle", "ser bundle", "trained on all of it,\ncalibrated, with a card"),
        ("comparison", "ser compare", "paired tests,\none HTML report"),
        ("verification", "ser verify", "does the result still\nhold for this code?"),
    ),
)
ARROWS = (((0, 0), (0, 1)), ((0, 1), (0, 2)), ((0, 2), (0, 3)), ((0, 3), (1, 3)), ((0, 3), (1, 2)), ((1, 2), (1, 1)))
ARROWS += (((1, 1), (1, 0)),)
MODELS = {
    "svm": "SVM on functionals",
    "mlp": "MLP on functionals",
    "logistic": "logistic regression on functionals",
    "logistic_speeds": "the same at three speeds",
    "whisper_tiny_en_logistic": "frozen Whisper tiny.en",
    "whisper_base_logistic": "frozen Whisper base",
    "whisper_base_logistic_speeds": "the same at three speeds",
    "two_whispers": "mean of both Whispers",
}
CORPORA = {"emodb": "EMO-DB, 4 classes, LOSO", "ravdess": "RAVDESS, 8 classes, 6 speaker folds"}


def centre(place: tuple[int, int]) -> tuple[float, float]:
    """x and y of the middle of the box in (row, column)."""
    row, column = place
    return column * (BOX[0] + GAP[0]), -row * (BOX[1] + GAP[1])


def workflow() -> Figure:
    """Two rows of boxes with their commands; the arrows are the order of work."""
    figure = Figure(figsize=(8.0, 1.9), dpi=150)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    for row, boxes in enumerate(STAGES):
        for column, words in enumerate(boxes):
            _box(axes, centre((row, column)), *words)
    for start, end in ARROWS:
        _arrow(axes, centre(start), centre(end))
    axes.set(xlim=(-1.3, 9.94), ylim=(-2.11, 0.56), aspect="equal")
    axes.axis("off")
    return figure


def _box(axes: Axes, middle: tuple[float, float], name: str, command: str, text: str) -> None:
    x, y = middle
    corner = (x - BOX[0] / 2, y - BOX[1] / 2)
    axes.add_patch(FancyBboxPatch(corner, *BOX, boxstyle="round,pad=0.02", facecolor=PALE, edgecolor=BLUE, linewidth=1))
    axes.text(x, y + 0.32, name, ha="center", va="center", fontsize=11, fontweight="bold", color=BLUE)
    axes.text(x, y + 0.07, command, ha="center", va="center", fontsize=7, family="monospace", color=GREY)
    axes.text(x, y - 0.25, text, ha="center", va="center", fontsize=8, linespacing=1.1)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    across, down = end[0] - start[0], end[1] - start[1]
    if down:
        begin, finish = (start[0] + across * 0.3, start[1] - 0.55), (end[0] - across * 0.3, end[1] + 0.55)
    else:
        side = (BOX[0] / 2 + 0.03) * (1 if across > 0 else -1)
        begin, finish = (start[0] + side, start[1]), (end[0] - side, end[1])
    axes.annotate("", finish, begin, arrowprops={"arrowstyle": "-|>", "color": GREY, "linewidth": 1.2})


def headline() -> Figure:
    """UAR and 95 % interval of the main models on both corpora, and the speaker-dependent figure where there is one."""
    figure = Figure(figsize=(8.0, 3.2), dpi=150, layout="constrained")
    for axes, (corpus, title) in zip(figure.subplots(1, 2, sharey=True), CORPORA.items(), strict=True):
        for y, model in enumerate(MODELS):
            for protocol, result in stored(corpus, model):
                _mark(axes, y, protocol, result)
        axes.set_title(title, fontsize=10)
        axes.set(xlim=(40, 100), xlabel="UAR, %", yticks=range(len(MODELS)), ylim=(len(MODELS) - 0.4, -0.6))
        axes.set_yticklabels(MODELS.values())
        axes.grid(axis="x", color="0.9")
        axes.spines[["top", "right", "left"]].set_visible(False)
    figure.axes[0].plot([], [], "o-", color=BLUE, label="unseen speakers, 95 % interval")
    figure.axes[0].plot([], [], "x", color=RED, label="known speakers (random folds)")
    figure.axes[0].legend(fontsize=7, loc="lower left")
    return figure


def stored(corpus: str, model: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Protocol and result of those that are in results/."""
    for protocol in ("speaker_independent", "speaker_dependent"):
        file = RESULTS / corpus / protocol / f"{model}.json"
        if file.exists():
            yield protocol, read_result(file)


def _mark(axes: Axes, y: float, protocol: str, result: Mapping[str, Any]) -> None:
    if protocol == "speaker_dependent":
        axes.plot(100 * result["uar"], y, "x", color=RED)
    else:
        axes.plot([100 * result["uar_low"], 100 * result["uar_high"]], [y, y], "-", color=BLUE)
        axes.plot(100 * result["uar"], y, "o", color=BLUE)


def main() -> None:
    """Write both to docs/figures/."""
    for name, figure in {"workflow": workflow(), "headline": headline()}.items():
        path = DOCS / "figures" / f"{name}.png"
        figure.savefig(path, facecolor="white")
        with Image.open(path) as in_full:
            few_colours = in_full.convert("RGB").quantize(COLOURS)
        few_colours.save(path, optimize=True)


if __name__ == "__main__":
    main()
