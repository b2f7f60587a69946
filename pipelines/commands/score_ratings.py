"""The score of a bundle of valence, activation and dominance: CCC, in the dimensions that the test set is rated in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from pipelines.commands.score_test_set import Score, in_frame, predict_test_set
from ser_tasks.bundles.inference.estimate import columns_of
from ser_tasks.bundles.rating_scores import RATED, rating_rows, score_ratings_of, shared_dimensions
from ser_tasks.evaluation.dimensions.rated import DIMENSIONS
from ser_tasks.evaluation.dimensions.scoring import Ratings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.commands.score_sources import LabelledSet
    from ser_tasks.bundles.dimensions.card import DimensionCard
    from ser_tasks.bundles.inference.estimate import DimensionPrediction
    from ser_tasks.bundles.inference.files import Columns
    from ser_tasks.params import Params


def score_ratings(
    folder: Path, card: DimensionCard, found: LabelledSet, params: Params, *, checked: bool, workers: int | None
) -> Score:
    """Of every rated utterance.

    Raises:
        UserError: no dimension in common, or nothing could be predicted
    """
    rated = [name for name in DIMENSIONS if found.utterances[name].notna().any()]
    dimensions = shared_dimensions(rated, card.dimensions)
    predicted = predict_test_set(folder, card, found, params, rows=found.utterances, workers=workers)
    predictions = {name: cast("DimensionPrediction", one) for name, one in predicted.predictions.items()}
    answered = found.utterances.set_index("utterance_id", drop=False).loc[list(predictions)]
    figures = score_ratings_of(
        predictions,
        Ratings.of(answered, dimensions),
        half_widths=card.half_widths,
        params=params.evaluation,
    )
    result = in_frame(
        card,
        found,
        predicted,
        figures,
        left_out={},
        checked=checked,
        params=params,
        warned=_one_sided(card, rated, dimensions),
    )
    rows = rating_rows(predictions, found.utterances, predicted.faults, dimensions)
    return Score(result, _columns(dimensions), rows)


def _one_sided(card: DimensionCard, rated: Sequence[str], dimensions: Sequence[str]) -> list[str]:
    """What one of both has, and the other lacks."""
    ours, theirs = ([name for name in names if name not in dimensions] for names in (card.dimensions, rated))
    said = [f"The bundle also predicts {', '.join(ours)}, in which the test set is not rated."] if ours else []
    return said + ([f"The test set is also rated in {', '.join(theirs)}, which the bundle lacks."] if theirs else [])


def _columns(dimensions: Sequence[str]) -> Columns:
    """Of the table of predictions."""
    numbers = [column for name in dimensions for column in (name + RATED, *columns_of([name]))]
    head: Columns = {"utterance_id": "text", "speaker": "text"}
    tail: Columns = {"unsure": "flag", "remarks": "texts", "duration": "number"}
    return head | dict.fromkeys(numbers, "number") | tail
