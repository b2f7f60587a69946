"""What several kinds of result say of themselves, in the same words."""

from collections.abc import Sequence

from ser_tasks.corpora import CORPORA
from ser_tasks.evaluation import FoldOutcome
from ser_tasks.params import SpeakerDependent, SpeakerIndependent

SPEAKER_NORM = "Speaker normalisation hears all of a test speaker's unlabelled audio."


def synthetic(corpus: str) -> list[str]:
    """For a corpus in which no person speaks."""
    if CORPORA[corpus].kind != "synthetic":
        return []
    return ["Synthetic speech: the figures say that the workflow runs, nothing about people."]


def few_epochs(limit: int | None, outcomes: Sequence[FoldOutcome]) -> list[str]:
    """For networks whose training a corpus cut short."""
    if limit is None or not any("epochs" in key for outcome in outcomes for key in outcome.chosen):
        return []
    return [f"Networks were trained for {limit} epochs only."]


def protocol_kind(section: SpeakerIndependent | SpeakerDependent) -> str:
    """What a result calls the protocol of this section of params.yaml."""
    return "speaker_dependent" if isinstance(section, SpeakerDependent) else section.kind
