"""What was predicted since the page was opened, beside the training corpus; the browser alone keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.recording_prediction import Rated, Recognised, RecordingPrediction, Shown
from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import AnyBundle
    from ser_tasks.bundles.card import Card

Session = dict[str, dict[str, float]]
"""Bundle -> class -> s of sound with this emotion, not counting what is unsure; and UNSURE -> s of that."""

UNSURE = "unsure"
LONGEST = 1e9  # s, of a session


@dataclass(frozen=True)
class Row:
    """One class: its share of the session, and of the recordings of the training set; 0 to 1."""

    label: str
    session: float
    training: float


@dataclass(frozen=True)
class Comparison:
    """A session beside the training set of one bundle.

    Attributes:
        card: of the bundle
        seconds: with an emotion that is not unsure
        unsure: s that are
        emotion: the most frequent; None: all of it is unsure
        rows: of each class
    """

    card: Card
    seconds: float
    unsure: float
    emotion: str | None
    rows: tuple[Row, ...]


def session_after(session: Session, predictions: Sequence[Shown]) -> Session:
    """The session with these predictions added: by windows where there are some, otherwise the whole recording.

    Ratings are not counted: they have no classes.
    """
    for one in predictions:
        if not isinstance(one, Rated):
            session = added(session, one.card.name, _spent(one))
    return session


def added(session: Session, bundle: str, spent: Sequence[tuple[str, float]]) -> Session:
    """The session with some seconds more, each a (class or UNSURE, s)."""
    own = dict(session.get(bundle, {}))
    for label, seconds in spent:
        own[label] = own.get(label, 0.0) + seconds
    return {**session, bundle: own}


def _spent(one: Recognised) -> list[tuple[str, float]]:
    """(class or UNSURE, s) of a prediction."""
    if isinstance(one, RecordingPrediction) and not one.moments:
        return [(UNSURE if one.answer.unsure else one.answer.emotion, one.duration)]
    return [(UNSURE if moment.unsure else moment.emotion, moment.end - moment.start) for moment in one.moments]


def checked(session: object, bundles: Mapping[str, AnyBundle]) -> Session:
    """What the browser sent back, without anything that a session cannot hold."""
    known: Session = {}
    for name, own in session.items() if isinstance(session, dict) else ():
        bundle = bundles.get(name)
        if bundle is not None and not isinstance(bundle, BundleOfDimensions) and isinstance(own, dict):
            labels = {*bundle.classes, UNSURE}
            known[name] = {label: float(s) for label, s in own.items() if label in labels and _seconds(s)}
    return known


def _seconds(found: object) -> bool:
    return isinstance(found, int | float) and 0 <= found < LONGEST


def comparisons(session: Session, bundles: Mapping[str, AnyBundle]) -> list[Comparison]:
    """One for each bundle of the session, all of classes."""
    cards = {name: bundle.card for name, bundle in bundles.items() if not isinstance(bundle, BundleOfDimensions)}
    return [_comparison(cards[name], own) for name, own in session.items()]


def _comparison(card: Card, own: Mapping[str, float]) -> Comparison:
    counted = {label: own.get(label, 0.0) for label in card.classes}
    seconds, trained = sum(counted.values()), sum(card.training.utterances.values())
    rows = tuple(
        Row(label, own / seconds if seconds else 0.0, card.training.utterances.get(label, 0) / trained)
        for label, own in counted.items()
    )
    return Comparison(
        card, seconds, own.get(UNSURE, 0.0), max(counted, key=lambda c: counted[c]) if seconds else None, rows
    )
