"""bundle.json of a model of valence, activation and dominance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field, NonNegativeFloat, PositiveInt

from ser_tasks.bundles.card import (
    OF_DIMENSIONS,
    BaseCard,
    BaseTrainingData,
    Card,
    Share,
    SpeechRecognition,
    as_card,
    card_content,
)
from ser_tasks.params.base import Section

FORMAT = OF_DIMENSIONS

Coefficient = Annotated[float, Field(ge=-1, le=1)]


class DimensionFigures(Section):
    """Of one dimension in the cross-validation; errors and widths in steps of the scale."""

    ccc: Coefficient
    ccc_low: Coefficient
    ccc_high: Coefficient
    pearson: Coefficient
    rmse: NonNegativeFloat
    mae: NonNegativeFloat
    interval_coverage: Share  # of the ratings, inside the intervals about their predictions
    interval_width: NonNegativeFloat  # mean


class RatingFigures(Section):
    """Of the cross-validation: the final model has seen all speakers, so it has no unseen test set of its own."""

    protocol: str
    protocol_kind: str
    utterances: PositiveInt
    speakers: PositiveInt
    ccc: Coefficient  # mean over the dimensions
    ccc_low: Coefficient
    ccc_high: Coefficient
    dimensions: dict[str, DimensionFigures]


class Rated(Section):
    """Ratings of the training set in one dimension."""

    mean: float
    sd: NonNegativeFloat


class RatedTrainingData(BaseTrainingData):
    """The training set of a model of dimensions."""

    utterances: PositiveInt
    ratings: dict[str, Rated]  # of each dimension


class DimensionCard(BaseCard):
    """What bundle.json holds of such a bundle."""

    dimensions: Annotated[tuple[str, ...], Field(min_length=1)]  # in the order of the predictions
    scale: tuple[float, float]  # of ratings and predictions
    interval: Share  # of the ratings of unseen training speakers, inside the intervals about their predictions
    half_widths: dict[str, NonNegativeFloat]  # of these intervals, in steps of the scale
    training: RatedTrainingData
    figures: RatingFigures
    asr: SpeechRecognition | None = None  # None: the model reads no words
    members: tuple[str, ...] = ()  # of an ensemble: models, each with a bundle of its own below members/
    rule: str | None = None  # of an ensemble


AnyCard: TypeAlias = Card | DimensionCard


def read_any_card(folder: Path) -> AnyCard:
    """The card of a bundle, of classes or of dimensions.

    Raises:
        BundleError: no bundle, an unknown format, an edited or incomplete card
    """
    content = card_content(folder)
    if content["format"] == OF_DIMENSIONS:
        return as_card(DimensionCard, content, folder)
    return as_card(Card, content, folder)
