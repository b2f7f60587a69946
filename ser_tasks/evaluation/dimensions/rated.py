"""Which utterances of a corpus are rated, and in what."""

import pandas as pd

from ser_tasks.corpora.importing.scales import HIGHEST, LOWEST
from ser_tasks.corpora.labels import Labelled
from ser_tasks.errors import UserError

DIMENSIONS = ("valence", "activation", "dominance")


def rated_utterances(utterances: pd.DataFrame, corpus: str) -> tuple[Labelled, tuple[str, ...]]:
    """Those rated in every dimension that the corpus is rated in, whatever their class; and these dimensions.

    Raises:
        UserError: there is none, or one on another scale
    """
    dimensions = tuple(name for name in DIMENSIONS if utterances[name].notna().any())
    if not dimensions:
        raise UserError(
            f"{corpus} has no ratings: {', '.join(DIMENSIONS)} are empty for all {len(utterances)} utterances of its "
            "table. IEMOCAP and the demo corpus have them, and so may a corpus that `ser import` adds. Or name a model "
            "of classes, such as svm."
        )
    for name in dimensions:
        beyond = utterances[~utterances[name].between(LOWEST, HIGHEST) & utterances[name].notna()]
        if len(beyond):
            first = beyond.iloc[0]
            raise UserError(
                f"{corpus}: {len(beyond)} utterances have a {name} outside of {LOWEST:g} to {HIGHEST:g}, the first is "
                f"{first[name]:g} ({first.utterance_id}). Ratings here are of 1 to 5: import the corpus again with the "
                f"scale of its table, as ser import {corpus} --scale 1:7."
            )
    rated = utterances[list(dimensions)].notna().all(axis=1)
    missing = int((~rated).sum())
    return Labelled(utterances[rated].reset_index(drop=True), {"not rated": missing} if missing else {}), dimensions
