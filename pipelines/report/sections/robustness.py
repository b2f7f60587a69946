"""What degraded recordings cost a model: from `ser robustness`, where it has been run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipelines.report.parts import Section, finding, folded, join, note, render, signed, table
from ser_tasks.evaluation.comparison.ties import ALPHA
from ser_tasks.evaluation.comparison.verdict import p_value
from ser_tasks.evaluation.result import kl_with_interval, of_fewer, with_interval
from ser_tasks.evaluation.robustness.words import title

if TYPE_CHECKING:
    from pipelines.report.block import Block

COLUMNS = ("condition", "UAR [95 %]", "against clean", "95 % interval", "p, corrected", "a loss?")
OF_VOTES = ("KL from the votes [95 %]", "against clean", "p, corrected")


def robustness(block: Block) -> Section | None:
    """The section; None where the command has not been run on one of these models, with these classes."""
    found = block.found_by("robustness")
    if not found:
        return None
    parts = [_of_model(model, figures) for model, figures in found.items()]
    return Section("robustness", "Noise, rooms and telephones", join(*parts, _note()))


def _of_model(model: str, figures: Mapping[str, Any]) -> Markup:
    voted = "kl" in figures["clean"]
    rows = [[title(own), *_figures(own), *(_distance(own) if voted else ())] for own in figures["conditions"]]
    head = finding(render("strong", model, ", trained on clean recordings, tested on degraded ones:"))
    caption = f"{model} on degraded recordings; clean, its UAR is {with_interval(figures['clean'])} %"
    if voted:
        of = of_fewer(figures["clean"], figures["tested"])
        caption += f", its KL from the votes {kl_with_interval(figures['clean'])}{of}"
    summary = render("bullets", figures["summary"])
    return join(head, summary, folded(f"Every condition, {model}", table(caption, COLUMNS + OF_VOTES * voted, rows)))


def _figures(own: Mapping[str, Any]) -> list[str]:
    test = own["difference"]
    lost = test["uar_difference"] < 0 and test["p_holm"] < ALPHA
    return [
        with_interval(own),
        signed(test["uar_difference"]),
        f"[{signed(test['low'])}, {signed(test['high'])}]",
        p_value(test["p_holm"]),
        "yes" if lost else "not shown",
    ]


def _distance(own: Mapping[str, Any]) -> list[str]:
    test = own["kl_difference"]
    return [kl_with_interval(own), f"{test['kl_difference']:+.3f}".replace("-", "−"), p_value(test["p_holm"])]


def _note() -> Markup:
    return note("From ser robustness: unseen speakers, paired by utterance, corrected for all conditions.")
