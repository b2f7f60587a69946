"""Sentences that sum up the figures of `losses.py`."""

from collections.abc import Mapping, Sequence
from typing import Any

from ser_tasks.evaluation.robustness.condition import Condition
from ser_tasks.evaluation.robustness.kinds import KINDS

LEVEL = 0.05  # of the adjusted p value
Figures = Mapping[str, Any]


def summary(clean: Figures, found: Sequence[Figures], chance: float) -> list[str]:
    """A sentence for each kind that costs something, with the class predicted most then, one on the rest.

    Args:
        clean: figures of the clean recordings
        found: of each condition
        chance: UAR of a guess, 1 / n_classes
    """
    said = [
        f"Clean, UAR is {_points(clean['uar'])}: {_points(clean['uar'] - chance)} points above chance "
        f"({_points(chance)})."
    ]
    told = [own for own in found if own["difference"]["p_holm"] < LEVEL]
    lost = [own for own in told if own["difference"]["uar_difference"] < 0]
    kinds = dict.fromkeys(own["kind"] for own in lost)
    said += [_on_kind([own for own in lost if own["kind"] == kind], clean, chance) for kind in kinds]
    if better := [own for own in told if own not in lost]:
        said.append(f"Better than clean, in points: {_listed(better)}.")
    if untold := [own for own in found if own not in told]:
        said.append(f"Differences that the test does not tell from none, in points: {_listed(untold)}.")
    return said


def drift(clean: Figures, own: Figures) -> tuple[str, float]:
    """The class whose share of the predictions has grown most, and by how much."""
    grown = {name: share - clean["answers"][name] for name, share in own["answers"].items()}
    name = max(grown, key=lambda one: grown[one])
    return name, grown[name]


def title(own: Figures) -> str:
    """babble, 10 dB SNR."""
    return Condition(own["kind"], own["value"], {}).title


def _listed(found: Sequence[Figures]) -> str:
    return "; ".join(f"{title(own)} ({100 * own['difference']['uar_difference']:+.1f})" for own in found)


def _on_kind(lost: Sequence[Figures], clean: Figures, chance: float) -> str:
    """Points lost to babble: 22.4 at 10, 52.2 at 0 dB SNR; at worst 88 % of the lead over chance: 93 % of ..."""
    kind, worst = KINDS[lost[0]["kind"]], min(lost, key=lambda own: own["uar"])
    points = [f"{_points(-own['difference']['uar_difference'])} at {own['value']:g}" for own in lost]
    share = min(1.0, (clean["uar"] - worst["uar"]) / (clean["uar"] - chance)) if clean["uar"] > chance else 1.0
    sentence = f"Points lost to {kind.title}: {', '.join(points)} {kind.unit}; "
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
