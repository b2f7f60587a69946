"""What other protocols would have said of the same model: from `ser inflation`, where it has been run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipelines.report.parts import Section, finding, join, note
from pipelines.report.svg import LOOKS, badge, span_of, whisker
from pipelines.report.whiskers import Dot, whiskers
from ser_tasks.evaluation.result import percent, with_interval

if TYPE_CHECKING:
    from pipelines.report.block import Block

HONEST, RECOGNISED = LOOKS["best"], LOOKS["dependent"]


def inflation(block: Block) -> Section | None:
    """None where it has not been run on one of these models, with these classes."""
    found = block.found_by("inflation")
    if not found:
        return None
    parts = [_of_model(model, figures["protocols"]) for model, figures in found.items()]
    return Section("inflation", "What other protocols would have said", join(*parts, _said()))


def _of_model(model: str, protocols: list[Mapping[str, Any]]) -> Markup:
    span = span_of([one[key] for one in protocols for key in ("uar_low", "uar_high")])
    dots = []
    for one in protocols:
        heard = bool(one["shared"]["speaker"])
        ends = {"value": one["uar"], "low": one["uar_low"], "high": one["uar_high"]}
        drawn = whisker(span, **ends, look=RECOGNISED if heard else HONEST)
        dots.append(Dot(str(one["title"]), drawn, with_interval(one)))
    legend = [
        (badge(HONEST), "test speakers not heard in training"),
        (badge(RECOGNISED), "test speakers heard in training"),
    ]
    return join(finding(_widest(model, protocols)), whiskers(f"{model}: UAR under each protocol", dots, span, legend))


def _widest(model: str, protocols: list[Mapping[str, Any]]) -> str:
    high, low = (choose(protocols, key=lambda one: float(one["uar"])) for choose in (max, min))
    return (
        f"{model}: {percent(high['uar'])} under “{high['title']}”, {percent(low['uar'])} under “{low['title']}”. "
        "Same model, same utterances."
    )


def _said() -> Markup:
    return note("From ser inflation. Only figures of the same protocol may be held against each other.")
