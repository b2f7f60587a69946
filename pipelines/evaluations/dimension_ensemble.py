"""The result of an ensemble of dimensions: predictions of several models made one, and compared with each of them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipelines import paths
from pipelines.evaluations.dimensions import circumstances_of_ratings, head_of_ratings, ratings_of
from pipelines.evaluations.ensemble import member_tables
from pipelines.evaluations.plan import check_tested_once, protocol_section
from pipelines.evaluations.provenance import dimension_ensemble_origin, sealed
from pipelines.evaluations.result import warnings_of_members
from ser_tasks.evaluation.dimensions.comparison import ccc_difference
from ser_tasks.evaluation.dimensions.scoring import Ratings, as_rated, score_dimensions
from ser_tasks.models.dimensions.ensemble import RatedEnsemble, combined
from ser_tasks.params import EnsembleParams, Params


def result_of(name: str, section: EnsembleParams, params: Params) -> tuple[dict[str, Any], RatedEnsemble]:
    """The result and the predictions, from the members' predictions that lie here.

    Raises:
        UserError: a member that has not been evaluated, or members that do not go together
    """
    corpus, protocol, evaluation = section.corpus, section.protocol, params.evaluation
    check_tested_once(protocol_section(params, corpus, protocol), corpus=corpus, command=f"ensembles.{name}")
    tables = member_tables(section, paths.dimension_predictions)
    ratings, dropped = ratings_of(corpus)
    made = combined(tables, ratings, section.rule)
    found = circumstances_of_ratings(corpus, ratings, dropped, params, feature_set="predictions")
    theirs = warnings_of_members(paths.dimension_result(corpus, protocol, member) for member in section.members)
    result = {
        **head_of_ratings(corpus, protocol, name, params),
        **score_dimensions(made.predictions, ratings, evaluation),
        **found,
        "warnings": list(dict.fromkeys(found["warnings"] + theirs)),
        **section.model_dump(mode="json", include={"members", "rule"}),
        "against": _against(made, tables, ratings, params),
    }
    return sealed(result, dimension_ensemble_origin(name, section, ratings, params), made.predictions), made


def _against(
    made: RatedEnsemble, tables: Mapping[str, pd.DataFrame], ratings: Ratings, params: Params
) -> dict[str, dict[str, float]]:
    """Mean CCC of the ensemble less that of each member, paired over speakers."""
    order = list(made.predictions.utterance_id)
    ours = as_rated(made.predictions, ratings)
    alone = {name: own.set_index("utterance_id").loc[order].reset_index() for name, own in tables.items()}
    return {
        name: ccc_difference(ours, as_rated(own, ratings), params.evaluation).figures() for name, own in alone.items()
    }
