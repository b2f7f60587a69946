"""Pictures of the page: rows of boxes, and points on two components. Colours are the style sheet's, dark and light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from pipelines.report.svg import SHAPES, element, words

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_POINTS = 1500
WIDTH, HEIGHT, MARGIN = 360, 320, 14  # px, of a picture of points
N_COLOURS = 8  # of the style sheet
LABEL = (40, 13)  # px that the name of a group needs


@dataclass(frozen=True)
class Box:
    """One row: its name, number of utterances, picture, and median in words."""

    name: str
    count: int
    drawn: Markup
    median: str


def boxes(values: pd.Series, groups: pd.Series, *, unit: str, digits: int) -> tuple[list[Box], tuple[str, str]]:
    """Rows of 5, 25, 50, 75 and 95 % of each group, and the ends of their common axis; unknown values are left out."""
    known = values.notna() & groups.notna()
    parts = {str(name): own.to_numpy() for name, own in values[known].groupby(groups[known], sort=True)}
    ends = {name: np.quantile(own, QUANTILES) for name, own in parts.items()}
    low, high = min(own[0] for own in ends.values()), max(own[-1] for own in ends.values())
    spread = max(float(high - low), 1e-9)
    rows = [
        Box(name, len(parts[name]), _box((own - low) / spread), f"{own[2]:.{digits}f} {unit}")
        for name, own in ends.items()
    ]
    return rows, (f"{low:.{digits}f}", f"{high:.{digits}f} {unit}")


def _box(shares: NDArray[np.floating]) -> Markup:
    """Whiskers, box and median at shares of the width, which is that of its place on any screen."""
    least, low, middle, high, most = (2 + 96 * float(share) for share in shares)
    parts = [
        element("line", x1=f"{least:.2f}%", x2=f"{most:.2f}%", y1=11, y2=11, class_="whisker"),
        element("rect", x=f"{low:.2f}%", width=f"{high - low:.2f}%", y=4, height=14, class_="box"),
        element("line", x1=f"{middle:.2f}%", x2=f"{middle:.2f}%", y1=2, y2=20, class_="median"),
    ]
    return element("svg", *parts, width="100%", height=22, aria_hidden="true")


def points(scores: NDArray[np.float64], groups: Sequence[str], *, label: str, by_hue: bool) -> Markup:
    """Utterances on two components, coloured by group, with the name of each group at its mean.

    Args:
        scores: shape (n_utterances, 2)
        groups: of each
        label: for a screen reader
        by_hue: of the many groups each has a hue; otherwise eight colours with a shape each
    """
    places, names, n = _places(scores), sorted(set(groups)), len(groups)
    looks = {name: _look(i, len(names), by_hue=by_hue) for i, name in enumerate(names)}
    drawn = np.unique(np.linspace(0, n - 1, min(n, MOST_POINTS)).astype(int))
    marks = [_mark(places[i], looks[groups[i]]) for i in drawn]
    means = np.array([places[[own == name for own in groups]].mean(axis=0) for name in names])
    labels = [words(name, x=x, y=y, text_anchor="middle") for name, (x, y) in zip(names, apart(means), strict=True)]
    frame = element("rect", x=1, y=1, width=WIDTH - 2, height=HEIGHT - 2, class_="frame")
    box = f"0 0 {WIDTH} {HEIGHT}"
    return element("svg", frame, *marks, *labels, viewBox=box, role="img", aria_label=label, class_="points")


def _places(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """In px; the farthest half per cent at either end lies on the frame."""
    low, high = np.quantile(scores, [0.005, 0.995], axis=0)
    shares = np.clip((scores - low) / np.maximum(high - low, 1e-12), 0, 1)
    sizes = np.array([WIDTH, HEIGHT]) - 2 * MARGIN
    return np.asarray(MARGIN + np.column_stack([shares[:, 0], 1 - shares[:, 1]]) * sizes)


def _look(place: int, n: int, *, by_hue: bool) -> Mapping[str, str]:
    if by_hue:
        return {"d": SHAPES["circle"], "class_": "hue", "style": f"--h:{360 * place // n}"}
    return {"d": list(SHAPES.values())[place % len(SHAPES)], "class_": f"c{place % N_COLOURS}"}


def _mark(place: NDArray[np.float64], look: Mapping[str, str]) -> Markup:
    return element("path", transform=f"translate({place[0]:.0f} {place[1]:.0f}) scale(.5)", **look)


def apart(means: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Places of names, in px: those of the means, lower where another name stands already."""
    placed: dict[int, tuple[float, float]] = {}
    for i in np.argsort(means[:, 1], kind="stable"):
        x, y = float(np.clip(means[i, 0], LABEL[0], WIDTH - LABEL[0])), float(np.clip(means[i, 1], 20, HEIGHT - 10))
        while any(abs(x - other) < LABEL[0] and abs(y - above) < LABEL[1] for other, above in placed.values()):
            y += 1
        placed[int(i)] = (x, y)
    return [placed[i] for i in range(len(means))]


def key(names: Sequence[str]) -> list[tuple[Markup, str]]:
    """Shape and colour of each group that is not drawn by hue, with its name."""
    looks = [_look(i, len(names), by_hue=False) for i in range(len(names))]
    return [
        (element("svg", _mark(np.array([8, 8]), look), width=16, height=16, aria_hidden="true"), name)
        for look, name in zip(looks, names, strict=True)
    ]
