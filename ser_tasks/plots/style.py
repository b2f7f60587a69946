"""What the pictures share: colours, and how a figure becomes a file."""

from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure

from ser_tasks.atomic import atomic_path

# Distinguishable without red and green: Okabe & Ito (2008), "Color Universal Design". Black stays for text.
ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PINK, GREY = COLOURS = (
    *("#E69F00", "#56B4E9", "#009E73", "#F0E442"),
    *("#0072B2", "#D55E00", "#CC79A7", "#999999"),
)
UNSTAMPED = {"Software": None}  # metadata without the version of matplotlib: the same picture gives the same bytes


def save(figure: Figure, to: Path, *, dpi: int, stamped: bool = True) -> None:
    """Write a .png, .svg or .pdf, by the ending of its name; `stamped` with the version of matplotlib, or not."""
    with atomic_path(to) as temporary:
        figure.savefig(temporary, dpi=dpi, metadata=None if stamped else UNSTAMPED)


def as_png(figure: Figure) -> bytes:
    """A PNG file; the same picture gives the same bytes."""
    content = BytesIO()
    figure.savefig(content, format="png", dpi=120, metadata=UNSTAMPED)
    return content.getvalue()
