"""What the figures of `losses.py` come to, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from ser_tasks.robustness.kinds import KINDS

LEVEL = 0.05  # of the adjusted p value
Figures = Mapping[str, Any]


def summary(clean: Figures, found: Sequence[Figures], chance: float) -> list[str]:
    """A sentence for each kind that costs something, one on what is answered then, one on the rest.

    Args:
        clean: figures of the clean recordings
        found: of each condition
        chance: UAR of a guess, 1 / n_classes
    """
    said = [
        f"Clean, UAR is {_points(clean['uar'])}: {_points(clean['uar'] - chance)} points above chance "
        f"({_points(chance)})."
    ]
    for kind in dict.fromkeys(own["kind"] for own in found):
        lost = [own for own in found if own["kind"] == kind and _is_loss(own)]
        said += [_on_kind(lost, clean, chance)] if lost else []
    if safe := [own for own in found if not _is_loss(own)]:
        listed = "; ".join(f"{title(own)} ({100 * own['difference']['uar_difference']:+.1f})" for own in safe)
        said.append(f"Differences that the test does not tell from none, in points: {listed}.")
    return said


def drift(clean: Figures, own: Figures) -> tuple[str, float]:
    """The class whose share of the answers has grown most, and by how much."""
    grown = {name: share - clean["answers"][name] for name, share in own["answers"].items()}
    name = max(grown, key=lambda one: grown[one])
    return name, grown[name]


def title(own: Figures) -> str:
    """babble, 10 dB SNR."""
    kind = KINDS[own["kind"]]
    return f"{kind.title}, {own['value']:g} {kind.unit}"


def _is_loss(own: Figures) -> bool:
    return bool(own["difference"]["uar_difference"] < 0 and own["difference"]["p_holm"] < LEVEL)


def _on_kind(lost: Sequence[Figures], clean: Figures, chance: float) -> str:
    """Babble loses 22.4 points at 10, 52.2 at 0 dB SNR; at worst 88 % of its lead over chance, and so on."""
    kind, worst = KINDS[lost[0]["kind"]], min(lost, key=lambda own: own["uar"])
    points = [f"{_points(-own['difference']['uar_difference'])} at {own['value']:g}" for own in lost]
    share = min(1.0, (clean["uar"] - worst["uar"]) / (clean["uar"] - chance)) if clean["uar"] > chance else 1.0
    sentence = f"{kind.title[0].upper()}{kind.title[1:]} costs {', '.join(points)} {kind.unit}; "
    sentence += f"{'at worst ' * (len(lost) > 1)}{_percent(share)} of the lead over chance"
    name, grown = drift(clean, worst)
    if grown > 0:
        before, after = (_percent(figures["answers"][name]) for figures in (clean, worst))
        sentence += f": {after} of the answers are {name} then, {before} when clean"
    return f"{sentence}."


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
