"""What the service answers with, as JSON."""

from typing import Any

from pydantic import BaseModel


class Answered(BaseModel):
    """The answer to one recording."""

    file: str
    emotion: str  # the likeliest class
    probabilities: dict[str, float]  # of every class, in the bundle's order; they sum to 1
    confidence: float  # the probability of the likeliest
    unsure: bool  # true: do not rely on it, the remarks say why
    remarks: list[str]
    duration: float  # s
    bundle: str


class Refused(BaseModel):
    """Why one file of several has no answer."""

    file: str
    error: str


class Batch(BaseModel):
    """One entry for each file, in the order sent."""

    results: list[Answered | Refused]


class Problem(BaseModel):
    """An error by RFC 9457: `detail` says what was found, what was expected, and how to mend it."""

    title: str
    status: int
    detail: str


class Alive(BaseModel):
    """The process answers."""

    status: str


class Ready(BaseModel):
    """Recordings can be sent."""

    status: str
    bundle: str


Card = dict[str, Any]
