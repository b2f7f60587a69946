"""Small pictures as SVG: marks with a shape and a colour each, rows of dots with whiskers, plots of fixed size.

Colours are Okabe and Ito's, which are distinguishable with any kind of colour vision; nothing depends on colour alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor

from markupsafe import Markup

BLUE, GREEN, VERMILLION, PURPLE, GREY = "#0072b2", "#007a5a", "#c04f00", "#a0457f", "#595959"
INK, FAINT = "#1a1a1a", "#d0d0d0"

SHAPES = {  # around the origin, 12 px wide
    "circle": "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0z",
    "diamond": "M0,-6L6,0L0,6L-6,0z",
    "triangle": "M0,-6L6,5L-6,5z",
    "square": "M-5,-5H5V5H-5z",
    "cross": "M-4,-4L4,4M-4,4L4,-4",
}


@dataclass(frozen=True)
class Look:
    """How something is marked."""

    shape: str
    colour: str
    filled: bool = True


LOOKS = {
    "best": Look("circle", BLUE),
    "tied": Look("diamond", GREEN),
    "worse": Look("circle", GREY, filled=False),
    "not tested": Look("square", GREY, filled=False),
    "adapted": Look("triangle", VERMILLION),
    "dependent": Look("cross", PURPLE),
}
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "12 4")
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, INK, GREY)


def element(tag: str, *children: str, **attributes: object) -> Markup:
    """One element; an underscore in a name becomes a hyphen, `class_` is class; children are markup already."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None}
    written = "".join(f' {name}="{escape(_number(value))}"' for name, value in named.items())
    return Markup(f"<{tag}{written}>{''.join(children)}</{tag}>")


def _number(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def words(text: str, **attributes: object) -> Markup:
    """Text."""
    return element("text", escape(text), **attributes)


def mark(look: Look, x: float | str = 0, y: float | str = 0) -> Markup:
    """A mark at a place, in px or in % of the picture around it."""
    fill = look.colour if look.filled else "#fff"
    path = element("path", d=SHAPES[look.shape], fill=fill, stroke=look.colour, stroke_width=2)
    return element("svg", path, x=x, y=y, overflow="visible")


def badge(look: Look) -> Markup:
    """The mark in running text."""
    return element("svg", mark(look, 8, 8), width=16, height=16, aria_hidden="true", class_="badge")


@dataclass(frozen=True)
class Span:
    """What a horizontal axis covers, shares of 1."""

    low: float
    high: float

    def place(self, value: float) -> str:
        """In % of its length."""
        return f"{100 * (min(max(value, self.low), self.high) - self.low) / (self.high - self.low):.2f}%"

    def ticks(self) -> list[float]:
        """Round values inside."""
        step = 0.1 if self.high - self.low <= 0.55 else 0.2
        first = round(self.low / step + 0.499)
        return [i * step for i in range(first, int(self.high / step + 1e-9) + 1)]


def span_of(values: Iterable[float]) -> Span:
    """From the tens below the least to the tens above the largest, as far as shares go."""
    values = list(values)
    high = min(1.0, ceil(10 * max(values) - 1e-9) / 10)
    return Span(max(0.0, min(floor(10 * min(values) + 1e-9) / 10, high - 0.2)), high)


def whisker(
    span: Span,
    *,
    value: float,
    low: float,
    high: float,
    look: Look,
    beside: float | None = None,
    chance: float | None = None,
) -> Markup:
    """One row: a dot with its interval; as wide as its place, with the same text size on any screen.

    Args:
        span: of the axis
        value, low, high: shares
        look: of the dot
        beside: another value, marked as speaker-dependent
        chance: a dashed line
    """
    parts = [_upright(span.place(tick), FAINT) for tick in span.ticks()]
    if chance is not None and chance > span.low:
        parts.append(_upright(span.place(chance), GREY, dash="3 3"))
    ends = {"x1": span.place(low), "x2": span.place(high)}
    parts.append(element("line", **ends, y1=14, y2=14, stroke=look.colour, stroke_width=2))
    parts += [
        element("line", x1=span.place(end), x2=span.place(end), y1=9, y2=19, stroke=look.colour, stroke_width=2)
        for end in (low, high)
    ]
    if beside is not None:
        parts.append(mark(LOOKS["dependent"], span.place(beside), 14))
    parts.append(mark(look, span.place(value), 14))
    return element("svg", *parts, width="100%", height=28, aria_hidden="true", class_="whisker")


def axis(span: Span) -> Markup:
    """Numbers below such rows, in %."""
    numbers = [
        words(f"{100 * tick:.0f}", x=span.place(tick), y=12, text_anchor="middle", font_size=12, fill=GREY)
        for tick in span.ticks()
    ]
    return element("svg", *numbers, width="100%", height=16, aria_hidden="true", class_="whisker")


def _upright(x: str, colour: str, dash: str | None = None) -> Markup:
    return element("line", x1=x, x2=x, y1=0, y2="100%", stroke=colour, stroke_width=1, stroke_dasharray=dash)


@dataclass(frozen=True)
class Plot:
    """A plot of fixed size; with given ends of both axes."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: int = 250
    height: int = 210
    left: int = 42
    bottom: int = 38
    top: int = 10
    right: int = 20

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Place of a point, in px; beyond the axes it is put on their end."""
        across = (min(max(x, self.x[0]), self.x[1]) - self.x[0]) / (self.x[1] - self.x[0])
        up = (min(max(y, self.y[0]), self.y[1]) - self.y[0]) / (self.y[1] - self.y[0])
        return (
            self.left + across * (self.width - self.left - self.right),
            self.height - self.bottom - up * (self.height - self.bottom - self.top),
        )

    def line(self, points: Sequence[tuple[float, float]], *, colour: str, dash: str = "", width: float = 2) -> Markup:
        """Through the points, in their order."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(*point) for point in points))
        return element(
            "polyline", points=path, fill="none", stroke=colour, stroke_width=width, stroke_dasharray=dash or None
        )

    def dot(self, x: float, y: float, look: Look) -> Markup:
        """A mark."""
        return mark(look, *self.at(x, y))

    def drawn(
        self,
        *parts: str,
        label: str,
        x_name: str,
        y_name: str,
        x_ticks: Sequence[float],
        y_ticks: Sequence[float],
        x_format: str = "{:.0%}",
        y_format: str = "{:.0%}",
    ) -> Markup:
        """Grid, numbers and names around the parts.

        Args:
            parts: what is drawn inside
            label: for a screen reader
            x_name, y_name: of the axes
            x_ticks, y_ticks: values that get a number
            x_format, y_format: how they are written
        """
        grid = []
        for tick in x_ticks:
            x, y = self.at(tick, self.y[0])
            grid.append(element("line", x1=x, x2=x, y1=float(self.top), y2=y, stroke=FAINT))
            grid.append(words(x_format.format(tick), x=x, y=y + 14, text_anchor="middle", font_size=11, fill=GREY))
        for tick in y_ticks:
            x, y = self.at(self.x[0], tick)
            grid.append(element("line", x1=x, x2=float(self.width - self.right), y1=y, y2=y, stroke=FAINT))
            grid.append(words(y_format.format(tick), x=x - 5, y=y + 4, text_anchor="end", font_size=11, fill=GREY))
        middle = (self.left + self.width - self.right) / 2
        half = (self.top + self.height - self.bottom) / 2
        names = [
            words(x_name, x=middle, y=float(self.height - 6), text_anchor="middle", font_size=12, fill=INK),
            words(
                y_name, transform=f"translate(11 {half:.0f}) rotate(-90)", text_anchor="middle", font_size=12, fill=INK
            ),
        ]
        return element(
            "svg",
            *grid,
            *parts,
            *names,
            width=self.width,
            height=self.height,
            role="img",
            aria_label=label,
            class_="plot",
        )
