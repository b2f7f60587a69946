"""The parts of a chapter, in their order: one module each, one line here. One without anything to say is left out."""

from collections.abc import Callable, Mapping

from pipelines.report.block import Block
from pipelines.report.parts import Section
from pipelines.report.sections.calibration import calibration
from pipelines.report.sections.confused import confused
from pipelines.report.sections.confusion import confusion
from pipelines.report.sections.curves import curves
from pipelines.report.sections.groups import groups
from pipelines.report.sections.inflation import inflation
from pipelines.report.sections.models import models
from pipelines.report.sections.origin import origin
from pipelines.report.sections.published import published
from pipelines.report.sections.recall import recall
from pipelines.report.sections.robustness import robustness
from pipelines.report.sections.sure import sure
from pipelines.report.sections.ties import ties

SECTIONS: Mapping[str, Callable[[Block], Section | None]] = {
    "models": models,
    "ties": ties,
    "sure": sure,
    "recall": recall,
    "confusion": confusion,
    "groups": groups,
    "calibration": calibration,
    "confused": confused,
    "curves": curves,
    "inflation": inflation,
    "robustness": robustness,
    "published": published,
    "origin": origin,
}


def sections_of(block: Block) -> list[Section]:
    """Those that have something to say."""
    made = (section(block) for section in SECTIONS.values())
    return [section for section in made if section is not None]
