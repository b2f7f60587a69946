"""The same model under other protocols: from `ser protocol-bias`, where it has been run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipelines.report.parts import Dot, Section, finding, join, note, whiskers
from pipelines.report.svg import LOOKS, badge, span_of, whisker
from ser_tasks.evaluation.result import percent, with_interval

if TYPE_CHECKING:
    from pipelines.report.block import Block

UNSEEN, SEEN = LOOKS["best"], LOOKS["dependent"]


def protocol_bias(block: Block) -> Section | None:
    """The section; None where the command has not been run on one of these models, with these classes."""
    found = block.found_by("inflation")
    if not found:
        return None
    parts = [_of_model(model, figures["protocols"]) for model, figures in found.items()]
    return Section("protocol-bias", "The same model under other protocols", join(*parts, _note()))


def _of_model(model: str, protocols: list[Mapping[str, Any]]) -> Markup:
    span = span_of([one[key] for one in protocols for key in ("uar_low", "uar_high")])
    dots = []
    for one in protocols:
        seen = bool(one["shared"]["speaker"])
        ends = {"value": one["uar"], "low": one["uar_low"], "high": one["uar_high"]}
        drawn = whisker(span, **ends, look=SEEN if seen else UNSEEN)
        dots.append(Dot(str(one["title"]), drawn, with_interval(one)))
    legend = [
        (badge(UNSEEN), "test speakers not in the training set"),
        (badge(SEEN), "test speakers in the training set"),
    ]
    return join(finding(_widest(model, protocols)), whiskers(f"{model}: UAR under each protocol", dots, span, legend))


def _widest(model: str, protocols: list[Mapping[str, Any]]) -> str:
    high, low = (choose(protocols, key=lambda one: float(one["uar"])) for choose in (max, min))
    return (
        f"{model}: {percent(high['uar'])} under “{high['title']}”, {percent(low['uar'])} under “{low['title']}”. "
        "Same model, same utterances."
    )


def _note() -> Markup:
    return note("From ser protocol-bias. Only figures of the same protocol are comparable.")
