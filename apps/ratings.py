"""Valence, activation and dominance as the page shows them: what its template reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps import picture
from apps.recording_prediction import LongRating, Rated, RecordingRating
from ser_tasks.bundles.inference.estimate import Estimate

if TYPE_CHECKING:
    from ser_tasks.bundles.dimensions.card import DimensionCard

Scale = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """One dimension: its figures in words, and the places of value, low and high on the scale, in %."""

    label: str
    text: str
    value: float
    low: float
    high: float


def rows(dimensions: Mapping[str, Estimate], scale: Scale) -> tuple[Row, ...]:
    """One for each dimension, in the order of the bundle."""
    lowest, highest = scale

    def place(value: float) -> float:
        return 100 * (value - lowest) / (highest - lowest)

    return tuple(
        Row(label, picture.in_words(one), place(one.value), place(one.low), place(one.high))
        for label, one in dimensions.items()
    )


def verdict(one: Rated) -> dict[str, Any]:
    """Rows and whether they are unsure; of a long recording the means over its speech, which are no one's rating."""
    if isinstance(one, RecordingRating):
        return {"ratings": rows(one.answer.dimensions, one.card.scale), "unsure": one.answer.unsure}
    doubtful = sum(moment.end - moment.start for moment in one.moments if moment.unsure)
    return {"ratings": rows(over_time(one), one.card.scale), "unsure": doubtful > _speech(one) / 2}


def over_time(one: LongRating) -> dict[str, Estimate]:
    """Of each dimension the mean over the time of the speech, between the lowest and the highest window."""
    found = {}
    for label in one.card.dimensions:
        values = [(moment.dimensions[label].value, moment.end - moment.start) for moment in one.moments]
        levels = [value for value, _ in values]
        found[label] = Estimate(sum(value * s for value, s in values) / _speech(one), min(levels), max(levels))
    return found


def _speech(one: LongRating) -> float:
    return sum(moment.end - moment.start for moment in one.moments)


def shown(one: Rated, described: str) -> dict[str, Any]:
    """What the template reads beside the verdict."""
    drawn: dict[str, Any] = {"described": described, "rated": one.moments, "scale": one.card.scale}
    if isinstance(one, LongRating):
        found = picture.coarser(one.timeline.statistics.outline)
        return {
            "long": one.timeline,
            "remarks": list(one.notes),
            "transcript": None,
            "members": {},
            "picture": picture.drawing(one.duration, **drawn, found=found),
        }
    words = () if one.answer.transcript is None else one.answer.transcript.words
    return {
        "long": None,
        "remarks": list(one.answer.remarks),
        "transcript": one.answer.transcript,
        "members": one.answer.members,
        "picture": picture.drawing(
            one.duration,
            **drawn,
            found=picture.ranges(one.signal),
            log_mel=picture.log_mel_image(one.signal, one.card.sampling_rate),
            words=words,
        ),
    }


def model_figures(card: DimensionCard) -> str:
    """What a line of the list of models says of the tests."""
    return f"CCC {card.figures.ccc:.2f} of {', '.join(card.dimensions)} on unseen speakers"


def about(card: DimensionCard) -> tuple[str, ...]:
    """Training, tests and licence, in sentences."""
    figures = card.figures
    held = ", ".join(f"{100 * own.interval_coverage:.0f} % ({name})" for name, own in figures.dimensions.items())
    each = "; ".join(f"{name} {own.ccc:.2f}" for name, own in figures.dimensions.items())
    return (
        f"{card.model}, trained on {card.training.kind} speech: {card.training.title}, "
        f"{figures.utterances} utterances of {figures.speakers} speakers, rated from {card.scale[0]:g} to "
        f"{card.scale[1]:g}.",
        f"Tested in cross-validation ({figures.protocol_kind}): concordance with the ratings (CCC; 1: the same, 0: "
        f"guessing) {figures.ccc:.2f}, 95 % interval {figures.ccc_low:.2f} to {figures.ccc_high:.2f}; {each}.",
        f"Its intervals should hold {100 * card.interval:.0f} % of the ratings; in the cross-validation they held "
        f"{held}.",
        f"Licence of the corpus: {card.licence}. {card.citation}",
    )
