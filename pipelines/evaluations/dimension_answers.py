"""What models of valence, activation and dominance said, as their predictions here have it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines import paths
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.agreement import Rated
from ser_tasks.evaluation.dimensions.rated import rated_utterances
from ser_tasks.evaluation.dimensions.result import read_dimension_results
from ser_tasks.evaluation.dimensions.scoring import TRUTH, Ratings, as_rated


def dimension_answers(corpora: Sequence[str]) -> dict[tuple[str, str], dict[str, Rated]]:
    """By corpus and protocol, what each model that has a result said, where its predictions are here.

    Args:
        corpora: names; none: all
    """
    found: dict[tuple[str, str], dict[str, Rated]] = {}
    for result in read_dimension_results(Path("results")):
        corpus, protocol, model = (result[key] for key in ("corpus", "protocol", "model"))
        file = paths.dimension_predictions(corpus, protocol, model)
        if (corpora and corpus not in corpora) or not (file.exists() and paths.utterances(corpus).exists()):
            continue
        rated, dimensions = rated_utterances(read_utterances(paths.utterances(corpus)), corpus)
        ratings = Ratings.of(rated.utterances, dimensions)
        predictions = pd.read_parquet(file).sort_values("utterance_id", ignore_index=True)
        again = f"ser evaluate {corpus} {model} --protocol {protocol}"
        if "members" in result:
            again = f"ser repro dimension_ensemble@{model}"
        whole = result["utterances"] == len(ratings.utterance_ids)
        if not (whole and _of_today(predictions, rated.utterances, dimensions)):
            raise UserError(
                f"{file}: {len(predictions)} predictions, of other utterances or ratings than the "
                f"{len(ratings.utterance_ids)} that {corpus} has today. Make them again: {again}"
            )
        found.setdefault((corpus, protocol), {})[model] = as_rated(predictions, ratings)
    return found


def _of_today(predictions: pd.DataFrame, rated: pd.DataFrame, dimensions: Sequence[str]) -> bool:
    """Whether predictions were held against the ratings of today."""
    columns = [name + TRUTH for name in dimensions]
    today = rated.set_index("utterance_id").reindex(predictions.utterance_id)[list(dimensions)]
    return set(columns) <= set(predictions.columns) and np.array_equal(predictions[columns], today)
