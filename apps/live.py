"""The microphone while it runs: a prediction every second, smoothed with those before it, which the browser keeps.

The browser sends the last window of sound with each request, and the predictions so far; nothing stays here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ser_tasks.audio.recording import SHORTEST, Recording
from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions
from ser_tasks.bundles.inference.estimate import DimensionPrediction, estimate, with_interval
from ser_tasks.bundles.inference.prediction import Prediction, recognise
from ser_tasks.bundles.inference.rating_timeline import WindowEstimate, window_estimates
from ser_tasks.bundles.inference.timeline import WindowPrediction, window_predictions
from ser_tasks.errors import UserError
from ser_tasks.text.asr.engine import Transcript

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import AnyBundle, Bundle
    from ser_tasks.bundles.dimensions.card import DimensionCard
    from ser_tasks.params import TimelineParams

SECONDS = 60.0  # of predictions that are kept and shown
MOST = 600  # of them at most, of each bundle: they are smoothed together, whose cost grows with the square

Share = Annotated[float, Field(ge=0, le=1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Seconds = Annotated[Finite, Field(ge=0)]


class Piece(BaseModel):
    """What the browser sends: the sound of the last window."""

    model_config = ConfigDict(extra="forbid")

    end: Seconds  # since the microphone runs
    sampling_rate: Annotated[int, Field(ge=8_000, le=192_000)]  # Hz
    pcm: str  # 16-bit, little-endian, mono, in base64


class LiveWindow(BaseModel):
    """What one bundle predicts for one window, as it goes to the browser and back."""

    model_config = ConfigDict(extra="forbid")

    start: Seconds
    end: Seconds
    probabilities: dict[str, Share]
    doubtful: bool  # for another reason than low confidence


class LiveRating(BaseModel):
    """The same of a bundle of dimensions."""

    model_config = ConfigDict(extra="forbid")

    start: Seconds
    end: Seconds
    values: dict[str, Finite]
    half_widths: dict[str, Annotated[Finite, Field(ge=0)]]  # of the intervals about them
    doubtful: bool


OneWindow = TypeVar("OneWindow", LiveWindow, LiveRating)


class History(BaseModel):
    """The predictions so far, by bundle: of classes, and of dimensions."""

    model_config = ConfigDict(extra="forbid")

    windows: dict[str, Annotated[list[LiveWindow], Field(max_length=MOST)]] = {}
    rated: dict[str, Annotated[list[LiveRating], Field(max_length=MOST)]] = {}

    @property
    def end(self) -> float:
        """Of the last window, in s."""
        ends = [own[-1].end for own in self.windows.values() if own] + [
            own[-1].end for own in self.rated.values() if own
        ]
        return max(ends, default=0.0)


def piece_of(sent: str, *, most_bytes: int, longest: float) -> tuple[Piece, Recording]:
    """What came from the browser, and its sound.

    Args:
        sent: JSON of a Piece
        most_bytes: of it
        longest: s that a microphone may run

    Raises:
        UserError: it is too large, no such thing, or the time is over
    """
    try:
        if len(sent) > most_bytes:
            raise ValueError(f"{len(sent)} bytes")
        piece = Piece.model_validate_json(sent)
        samples = np.frombuffer(base64.b64decode(piece.pcm, validate=True), "<i2")
    except (ValidationError, ValueError, binascii.Error) as error:
        raise UserError("The microphone's sound did not arrive whole. Stop it and start it again.") from error
    if piece.end > longest:
        raise UserError(f"{longest / 60:g} minutes are over. Stop the microphone, and start it again.")
    return piece, Recording((samples / 2**15).astype(np.float32)[:, None], piece.sampling_rate)


def history_of(sent: object, bundles: Sequence[AnyBundle], *, before: float) -> History:
    """The predictions so far of these bundles as the browser sent them back; none of another microphone's."""
    try:
        found = History.model_validate(sent or {})
    except ValidationError:
        return History()
    rated = {bundle.card.name: bundle.card for bundle in bundles if isinstance(bundle, BundleOfDimensions)}
    classes = {bundle.card.name: {*bundle.classes} for bundle in bundles if not isinstance(bundle, BundleOfDimensions)}
    windows = {
        name: own
        for name, own in found.windows.items()
        if name in classes and all(set(one.probabilities) == classes[name] for one in own) and _in_order(own)
    }
    ratings = {
        name: own
        for name, own in found.rated.items()
        if name in rated and all(_of_card(one, rated[name]) for one in own) and _in_order(own)
    }
    return History() if found.end >= before else History(windows=windows, rated=ratings)


def _in_order(own: Sequence[LiveWindow | LiveRating]) -> bool:
    """Windows one after the other, each beginning before its end."""
    ends = [one.end for one in own]
    return ends == sorted(ends) and all(one.start <= one.end for one in own)


def _of_card(one: LiveRating, card: DimensionCard) -> bool:
    """All dimensions of a bundle, each on its scale."""
    lowest, highest = card.scale
    whole = set(one.values) == set(one.half_widths) == {*card.dimensions}
    return whole and all(lowest <= value <= highest for value in one.values.values())


def extended(history: History, piece: Piece, sound: Recording, bundles: Sequence[AnyBundle]) -> History:
    """The history with one more prediction of each bundle, the last SECONDS of it.

    Args:
        history: of earlier windows
        piece, sound: the window that ends now
        bundles: that predict; those of words alone cannot, since words are not recognised while one speaks

    Raises:
        UserError: none of the bundles reads sound
    """
    able = [bundle for bundle in bundles if bundle.acoustic]
    if not able:
        raise UserError("The models that are ticked read words alone, and live there are none. Tick another.")
    if sound.duration < SHORTEST or not sound.samples.any():
        return history
    when = {"start": max(0.0, piece.end - sound.duration), "end": piece.end}
    now = History()
    for bundle in able:
        name, no_words = bundle.card.name, Transcript("") if bundle.reads else None
        if isinstance(bundle, BundleOfDimensions):
            rating = estimate(bundle, sound, transcript=no_words)
            values = {label: one.value for label, one in rating.dimensions.items()}
            widths = dict(rating.half_widths)
            rated = LiveRating(**when, values=values, half_widths=widths, doubtful=rating.unsure)
            now.rated[name] = _longer(history.rated, name, rated)
        else:
            found = recognise(bundle, sound, transcript=no_words)
            doubtful = found.unsure and found.confidence >= bundle.card.unsure_below
            own = LiveWindow(**when, probabilities=dict(found.probabilities), doubtful=doubtful)
            now.windows[name] = _longer(history.windows, name, own)
    return now


def _longer(before: Mapping[str, list[OneWindow]], name: str, own: OneWindow) -> list[OneWindow]:
    """The windows of one bundle with one more, without those that are too old."""
    recent = [one for one in before.get(name, []) if one.end > own.end - SECONDS]
    return recent[1 - MOST :] + [own]  # noqa: RUF005  mypy does not unpack lists of either kind


def live_moments(history: History, bundle: Bundle, *, timeline: TimelineParams) -> list[WindowPrediction]:
    """The windows of one bundle, smoothed and decided on together, as far as they go; the last one is now."""
    own = history.windows.get(bundle.card.name, [])
    if not own:
        return []
    rules: dict[str, Any] = timeline.model_dump(include={"smoothing", "change_cost"})
    limit = bundle.card.unsure_below
    spans, predictions = [(one.start, one.end) for one in own], [_prediction(one, unsure_below=limit) for one in own]
    return window_predictions(spans, predictions, segment=1, unsure_below=limit, **rules)


def live_ratings(history: History, bundle: BundleOfDimensions, *, timeline: TimelineParams) -> list[WindowEstimate]:
    """The same of a bundle of dimensions."""
    own = history.rated.get(bundle.card.name, [])
    if not own:
        return []
    predictions = [_rating(one, bundle) for one in own]
    spans = [(one.start, one.end) for one in own]
    return window_estimates(spans, predictions, segment=1, card=bundle.card, smoothing=timeline.smoothing)


def _prediction(one: LiveWindow, *, unsure_below: float) -> Prediction:
    emotion = max(one.probabilities, key=lambda label: one.probabilities[label])
    confidence = one.probabilities[emotion]
    unsure = one.doubtful or confidence < unsure_below
    return Prediction(emotion, one.probabilities, confidence, unsure, (), one.end - one.start)


def _rating(one: LiveRating, bundle: BundleOfDimensions) -> DimensionPrediction:
    names, scale = bundle.card.dimensions, bundle.card.scale
    widths = {name: one.half_widths[name] for name in names}
    found = with_interval(np.array([one.values[name] for name in names]), widths, scale=scale)
    return DimensionPrediction(found, one.doubtful, (), one.end - one.start, widths)
