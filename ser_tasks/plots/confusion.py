"""Pictures of a result."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ser_tasks.evaluation.metrics import recall_per_class


def confusion_figure(confusion: NDArray[np.int64], classes: Sequence[str], *, title: str) -> Figure:
    """Confusion matrix: rows the truth, columns the prediction; colour the share of the row, text the counts."""
    share = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    side = 2.2 + 0.75 * len(classes)
    figure = Figure(figsize=(side + 0.6, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*confusion.shape):
        dark = share[row, column] > 0.5
        axes.text(
            column,
            row,
            str(confusion[row, column]),
            ha="center",
            va="center",
            color="white" if dark else "black",
        )
    recalls = recall_per_class(confusion)
    axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right")
    axes.set_yticks(
        range(len(classes)), [f"{name}  {recall:.0%}" for name, recall in zip(classes, recalls, strict=True)]
    )
    axes.set_xlabel("predicted")
    axes.set_ylabel("truth, and its recall")
    axes.set_title(title, fontsize=10)
    return figure
