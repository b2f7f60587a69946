"""What models of valence, activation and dominance said, as their predictions here have it."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipelines import paths
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.agreement import Rated
from ser_tasks.evaluation.dimensions.rated import rated_utterances
from ser_tasks.evaluation.dimensions.result import read_dimension_results
from ser_tasks.evaluation.dimensions.scoring import Ratings, as_rated


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
        if tuple(predictions.utterance_id) != ratings.utterance_ids:
            raise UserError(
                f"{file}: {len(predictions)} predictions, of other utterances than the {len(ratings.utterance_ids)} "
                f"that {corpus} has rated today. Evaluate it again: ser evaluate {corpus} {model} --protocol {protocol}"
            )
        found.setdefault((corpus, protocol), {})[model] = as_rated(predictions, ratings)
    return found
