"""What several kinds of result say of themselves, in the same words."""

from collections.abc import Sequence

from pipelines.known_corpora import CORPORA
from ser_tasks.evaluation.scoring import FoldOutcome
from ser_tasks.params import EmoboxFolds, Protocol, SpeakerDependent

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


def unknown_speakers(corpus: str) -> list[str]:
    """For a corpus of which nobody knows who speaks."""
    if CORPORA[corpus].speakers_known:
        return []
    return [
        "Speakers are unknown: test voices may have been learnt from, so take it for speaker-dependent; and the "
        "interval takes every utterance for a speaker of its own, so it is too narrow."
    ]


def protocol_kind(section: Protocol) -> str:
    """What a result calls the protocol of this section of params.yaml."""
    if isinstance(section, EmoboxFolds):
        return "emobox_folds"
    return "speaker_dependent" if isinstance(section, SpeakerDependent) else section.kind
