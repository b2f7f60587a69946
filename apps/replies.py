"""What the service replies with."""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from ser_tasks.bundles.inference.estimate import DimensionPrediction
from ser_tasks.bundles.inference.prediction import Prediction
from ser_tasks.text.asr.engine import Transcript


class WordReply(BaseModel):
    """One recognised word, where it was said, and how sure the recogniser is of it."""

    text: str
    start: float  # s
    end: float  # s
    confidence: float  # 0 to 1


class PredictionReply(BaseModel):
    """The prediction for one recording."""

    file: str
    emotion: str  # the likeliest class
    probabilities: dict[str, float]  # of every class, in the bundle's order; they sum to 1
    confidence: float  # the probability of the likeliest
    unsure: bool  # true: do not rely on it, the remarks give the reasons
    remarks: list[str]
    duration: float  # s
    bundle: str
    transcript: str | None  # the words, recognised or given; null: the bundle reads none
    words: list[WordReply]  # the same, one by one, where the recogniser timed them
    language: str | None  # of the words, ISO 639-1; null: unknown
    members: dict[str, dict[str, float]]  # of an ensemble: probabilities of each member that answered


class EstimateReply(BaseModel):
    """One dimension of a recording, on the scale of the bundle."""

    value: float
    low: float  # ends of the interval, see `interval` of the card
    high: float


class DimensionReply(BaseModel):
    """The prediction for one recording, of a bundle of valence, activation and dominance."""

    file: str
    dimensions: dict[str, EstimateReply]  # in the bundle's order
    unsure: bool  # true: do not rely on it, the remarks give the reasons
    remarks: list[str]
    duration: float  # s
    bundle: str
    transcript: str | None  # these and the next two as in a prediction of classes
    words: list[WordReply]
    language: str | None
    members: dict[str, dict[str, float]]  # of an ensemble: what each member that answered predicts of each dimension


class FileErrorReply(BaseModel):
    """Why one file of several has no prediction."""

    file: str
    error: str


class BatchReply(BaseModel):
    """One entry for each file, in the order sent."""

    results: list[PredictionReply | DimensionReply | FileErrorReply]


class HealthReply(BaseModel):
    """The process is alive."""

    status: str


class ReadyReply(BaseModel):
    """Recordings can be sent."""

    status: str
    bundle: str


def dimension_reply(file: str, bundle: str, found: DimensionPrediction) -> DimensionReply:
    """The prediction of this bundle for this file."""
    return DimensionReply(
        file=file,
        dimensions={name: EstimateReply(**asdict(one)) for name, one in found.dimensions.items()},
        unsure=found.unsure,
        remarks=list(found.remarks),
        duration=found.duration,
        bundle=bundle,
        **_words_of(found.transcript),
        members={name: dict(own) for name, own in found.members.items()},
    )


def _words_of(found: Transcript | None) -> dict[str, Any]:
    return {
        "transcript": found.text if found else None,
        "words": [WordReply(**asdict(word)) for word in (found.words if found else ())],
        "language": found.language if found else None,
    }


def reply_of(file: str, bundle: str, answer: Prediction) -> PredictionReply:
    """The prediction of this bundle for this file."""
    return PredictionReply(
        file=file,
        emotion=answer.emotion,
        probabilities=dict(answer.probabilities),
        confidence=answer.confidence,
        unsure=answer.unsure,
        remarks=list(answer.remarks),
        duration=answer.duration,
        bundle=bundle,
        **_words_of(answer.transcript),
        members={name: dict(own) for name, own in answer.members.items()},
    )
