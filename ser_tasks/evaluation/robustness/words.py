"""Sentences that sum up the figures of `losses.py` and of `rating_losses.py`."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ser_tasks.evaluation.robustness.condition import Condition
from ser_tasks.evaluation.robustness.kinds import KINDS

LEVEL = 0.05  # of the adjusted p value
MOVED = 0.05  # on a scale of 1 to 5: a mean that moves by less is not worth a word
Figures = Mapping[str, Any]


def summary(clean: Figures, found: Sequence[Figures], chance: float) -> list[str]:
    """A sentence for each kind that costs something, with the class predicted most then, one on the rest.

    Args:
        clean: figures of the clean recordings
        found: of each condition
        chance: UAR of a guess, 1 / n_classes
    """
    first = (
        f"Clean, UAR is {_points(clean['uar'])}: {_points(clean['uar'] - chance)} points above chance "
        f"({_points(chance)})."
    )
    spelt = {own["condition"]: f"{_points(own['difference']['uar_difference'], '+')}" for own in found}
    rest = _grouped(found, "uar_difference", partial(_on_kind, clean=clean, chance=chance), spelt, unit="points")
    return [first, *rest]


def summary_of_ratings(clean: Figures, found: Sequence[Figures]) -> list[str]:
    """The same of dimensions, with the one whose predictions move most; and what becomes of the predicted intervals."""
    spelt = {own["condition"]: f"{own['difference']['ccc_difference']:+.3f}" for own in found}
    rest = _grouped(found, "ccc_difference", partial(_on_kind_of_ratings, clean=clean), spelt, unit="CCC")
    covered, worst, name = min(
        (figures["interval_coverage"], own["condition"], name)
        for own in found
        for name, figures in own["dimensions"].items()
    )
    when = title(next(own for own in found if own["condition"] == worst))
    before = clean["dimensions"][name]["interval_coverage"]
    intervals = (
        f"The predicted intervals of {name} hold {_percent(before)} of the ratings when clean, at worst "
        f"{_percent(covered)} ({when})."
    )
    return [f"Clean, the mean CCC is {clean['ccc']:.3f}.", *rest, *([intervals] if covered < before else [])]


def summary_of_votes(clean: Figures, found: Sequence[Figures]) -> str:
    """How far from the votes at worst, and under which conditions an answer that ignores the sound is nearer."""
    worst, prior = max(found, key=lambda own: own["kl"]), clean["kl_of_the_prior"]
    further = (
        f", at worst {worst['kl']:.3f} ({title(worst)})" if worst["kl"] > clean["kl"] else ", and larger under none"
    )
    sentence = f"KL from the votes is {clean['kl']:.3f} when clean{further}."
    if prior is None:
        return f"{sentence} It is of one speaker: there are no votes on others to hold it against."
    beyond = [
        *(["clean recordings"] if clean["kl"] > prior else []),
        *(title(own) for own in found if own["kl"] > prior),
    ]
    nearer = f"nearer to them for {'; '.join(beyond)}" if beyond else "farther from them under every condition"
    return (
        f"{sentence} Their mean on other speakers, an answer that ignores the sound, has {prior:.3f}, and is {nearer}."
    )


def drift(clean: Figures, own: Figures) -> tuple[str, float]:
    """The class whose share of the predictions has grown most, and by how much."""
    grown = {name: share - clean["answers"][name] for name, share in own["answers"].items()}
    name = max(grown, key=lambda one: grown[one])
    return name, grown[name]


def shift(own: Figures) -> tuple[str, float]:
    """The dimension whose predictions have moved most in the mean, and by how much on its scale."""
    moved = {name: figures["shift"] for name, figures in own["dimensions"].items()}
    name = max(moved, key=lambda one: abs(moved[one]))
    return name, moved[name]


def title(own: Figures) -> str:
    """babble, 10 dB SNR."""
    return Condition(own["kind"], own["value"], {}).title


def _grouped(
    found: Sequence[Figures],
    difference: str,
    on_kind: Callable[[Sequence[Figures]], str],
    spelt: Mapping[str, str],
    *,
    unit: str,
) -> list[str]:
    """One sentence for each kind with losses that the test shows, then what is better, then the rest."""
    shown = [own for own in found if own["difference"]["p_holm"] < LEVEL]
    lost = [own for own in shown if own["difference"][difference] < 0]
    kinds = dict.fromkeys(own["kind"] for own in lost)
    said = [on_kind([own for own in lost if own["kind"] == kind]) for kind in kinds]

    def listed(some: Sequence[Figures]) -> str:
        return "; ".join(f"{title(own)} ({spelt[own['condition']]})" for own in some)

    if better := [own for own in shown if own not in lost]:
        said.append(f"Better than clean, in {unit}: {listed(better)}.")
    if rest := [own for own in found if own not in shown]:
        said.append(f"Differences that the test does not tell from none, in {unit}: {listed(rest)}.")
    return said


def _on_kind(lost: Sequence[Figures], *, clean: Figures, chance: float) -> str:
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


def _on_kind_of_ratings(lost: Sequence[Figures], *, clean: Figures) -> str:
    """CCC lost to babble: 0.052 at 20, 0.310 at 0 dB SNR; at worst 45 % of it: predictions of activation move by ..."""
    kind, worst = KINDS[lost[0]["kind"]], min(lost, key=lambda own: own["ccc"])
    values = [f"{-own['difference']['ccc_difference']:.3f} at {own['value']:g}" for own in lost]
    share = min(1.0, (clean["ccc"] - worst["ccc"]) / clean["ccc"]) if clean["ccc"] > 0 else 1.0
    sentence = f"CCC lost to {kind.title}: {', '.join(values)} {kind.unit}; "
    sentence += f"{'at worst ' * (len(lost) > 1)}{_percent(share)} of it"
    name, moved = shift(worst)
    if abs(moved) >= MOVED:
        sentence += f": predictions of {name} move by {moved:+.2f} then"
    return f"{sentence}."


def _points(share: float, sign: str = "") -> str:
    return f"{100 * share:{sign}.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
