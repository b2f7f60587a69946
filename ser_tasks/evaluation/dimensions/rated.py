"""Which utterances of a corpus are rated, and in what."""

import pandas as pd

from ser_tasks.corpora.labels import Labelled
from ser_tasks.errors import UserError

DIMENSIONS = ("valence", "activation", "dominance")


def rated_utterances(utterances: pd.DataFrame, corpus: str) -> tuple[Labelled, tuple[str, ...]]:
    """Those rated in every dimension that the corpus is rated in, whatever their class; and these dimensions.

    Raises:
        UserError: there is none
    """
    dimensions = tuple(name for name in DIMENSIONS if utterances[name].notna().any())
    if not dimensions:
        raise UserError(
            f"{corpus} has no ratings: {', '.join(DIMENSIONS)} are empty for all {len(utterances)} utterances of its "
            "table. IEMOCAP and the demo corpus have them, and so may a corpus that `ser import` adds. Or name a model "
            "of classes, such as svm."
        )
    rated = utterances[list(dimensions)].notna().all(axis=1)
    missing = int((~rated).sum())
    return Labelled(utterances[rated].reset_index(drop=True), {"not rated": missing} if missing else {}), dimensions
