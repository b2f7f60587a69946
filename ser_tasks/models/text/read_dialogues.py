"""Dialogues, where the features are of text and not of sound."""

from typing import Any

from ser_tasks.errors import UserError
from ser_tasks.text.transcripts import Dialogue, Turn


def read_dialogues(features: Any) -> tuple[Dialogue, ...]:
    """The features of some utterances, if they are dialogues up to each of them.

    Raises:
        UserError: they are something else
    """
    if isinstance(features, tuple) and all(
        isinstance(item, tuple) and item and isinstance(item[-1], Turn) for item in features
    ):
        return features
    found = type(features[0]).__name__ if len(features) else "nothing"
    raise UserError(
        f"a linguistic model reads the turns of a dialogue, but was given features of another kind ({found}). "
        "In the table of models, its feature set must be 'transcripts'."
    )
