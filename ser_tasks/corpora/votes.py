"""What one rater said of an utterance, before anybody agreed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Vote:
    """Labels, or values on three scales, or both; what the rater left out is empty."""

    rater: str
    labels: tuple[str, ...] = ()  # as the rater spelt them
    valence: float | None = None  # 1 to 5
    activation: float | None = None  # 1 to 5
    dominance: float | None = None  # 1 to 5
    comment: str = ""
