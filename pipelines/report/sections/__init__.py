"""The parts of a chapter, in their order: one module each, one line here. An empty one is left out."""

from collections.abc import Callable, Mapping

from pipelines.report.block import Block
from pipelines.report.parts import Section
from pipelines.report.sections.calibration import calibration
from pipelines.report.sections.confused import confused
from pipelines.report.sections.confusion import confusion
from pipelines.report.sections.curves import curves
from pipelines.report.sections.groups import groups
from pipelines.report.sections.models import models
from pipelines.report.sections.protocol_bias import protocol_bias
from pipelines.report.sections.provenance import provenance
from pipelines.report.sections.published import published
from pipelines.report.sections.recall import recall
from pipelines.report.sections.robustness import robustness
from pipelines.report.sections.ties import ties
from pipelines.report.sections.uncertainty import uncertainty

SECTIONS: Mapping[str, Callable[[Block], Section | None]] = {
    "models": models,
    "ties": ties,
    "uncertainty": uncertainty,
    "recall": recall,
    "confusion": confusion,
    "groups": groups,
    "calibration": calibration,
    "confused": confused,
    "curves": curves,
    "protocol_bias": protocol_bias,
    "robustness": robustness,
    "published": published,
    "provenance": provenance,
}


def sections_of(block: Block) -> list[Section]:
    """The sections that are not empty."""
    made = (section(block) for section in SECTIONS.values())
    return [section for section in made if section is not None]
