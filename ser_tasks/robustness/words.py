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
    kinds = dict.fromkeys(own["kind"] for own in found)
    said += [
        _on_kind([own for own in found if own["kind"] == kind], clean, chance) for kind in kinds if _costs(found, kind)
    ]
    safe = [title(own) for own in found if not _costs(found, own["kind"])]
    if safe:
        said.append(f"No loss that the test tells from none: {'; '.join(safe)}. That is not proof that there is none.")
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


def _costs(found: Sequence[Figures], kind: str) -> bool:
    return any(_is_loss(own) for own in found if own["kind"] == kind)


def _is_loss(own: Figures) -> bool:
    return bool(own["difference"]["uar_difference"] < 0 and own["difference"]["p_holm"] < LEVEL)


def _on_kind(found: Sequence[Figures], clean: Figures, chance: float) -> str:
    """babble: from 20 dB SNR on ... ; at worst, 0 dB SNR ..., 72 % of the answers are anger (clean 38 %)."""
    lost = [own for own in found if _is_loss(own)]
    worst = min(lost, key=lambda own: own["uar"])
    lead = clean["uar"] - chance
    parts = [f"{_value(own)} loses {_points(-own['difference']['uar_difference'])} points" for own in lost]
    share = min(1.0, (clean["uar"] - worst["uar"]) / lead) if lead > 0 else 1.0
    at_worst = f"at {_value(worst)} " if len(lost) > 1 else ""
    name, grown = drift(clean, worst)
    end = ""
    if grown > 0:
        end = (
            f", and {_percent(worst['answers'][name])} of the answers are {name} (clean "
            f"{_percent(clean['answers'][name])})"
        )
    chance_level = ", no more than a guess" if worst["uar_low"] <= chance else ""
    head = KINDS[found[0]["kind"]].title
    return (
        f"{head[0].upper()}{head[1:]}: {', '.join(parts)}; {at_worst}that is {_percent(share)} of its lead over "
        f"chance{chance_level}{end}."
    )


def _value(own: Figures) -> str:
    return f"{own['value']:g} {KINDS[own['kind']].unit}"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
