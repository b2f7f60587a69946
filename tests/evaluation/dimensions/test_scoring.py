"""From a fold to figures: nothing of the test part's ratings is used, and the figures are those of the predictions."""

import numpy as np
import pandas as pd
import pytest

from ser_tasks.evaluation.dimensions.agreement import concordance
from ser_tasks.evaluation.dimensions.scoring import (
    Ratings,
    evaluate_dimension_fold,
    prediction_table,
    score_dimensions,
)
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params.reading import read_params
from tests.pipelines.test_settings import PROJECT

DIMENSIONS = ("valence", "activation")
SPEAKERS = "abcd"
EACH = 25


@pytest.fixture(scope="module")
def params():
    return read_params(PROJECT / "params.yaml")


def utterances(seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Ratings that are linear in two of the six features, and the features."""
    rng = np.random.default_rng(seed)
    features = rng.normal(0, 1, (len(SPEAKERS) * EACH, 6)).astype(np.float32)
    table = pd.DataFrame({
        "utterance_id": [f"u{i:03d}" for i in range(len(features))],
        "speaker": np.repeat([*SPEAKERS], EACH),
        "valence": np.clip(3 + 0.6 * features[:, 0], 1, 5),
        "activation": np.clip(3 - 0.5 * features[:, 1] + rng.normal(0, 0.3, len(features)), 1, 5),
    })  # fmt: skip
    return table, features


def fold_of(table: pd.DataFrame, tested: str = "a") -> Fold:
    ids, mine = table.utterance_id, table.speaker == tested
    return Fold(f"speaker {tested}", tuple(ids[~mine]), (), tuple(ids[mine]))


@pytest.mark.parametrize("model", ["ridge", "svr", "ridge_speaker_norm"])
def test_ratings_of_the_test_part_change_no_prediction(model, params):
    table, features = utterances()
    fold, line = fold_of(table), DIMENSION_MODELS[model]
    first = evaluate_dimension_fold(fold, Ratings.of(table, DIMENSIONS), features, line, params, seed=0)
    changed = table.assign(valence=table.valence.where(table.speaker != "a", 5.0))
    second = evaluate_dimension_fold(fold, Ratings.of(changed, DIMENSIONS), features, line, params, seed=0)
    assert first == second
    assert first.utterance_ids == fold.test
    assert np.all((np.array(first.predicted) >= 1) & (np.array(first.predicted) <= 5))


def test_features_of_other_test_speakers_change_a_prediction_only_where_speakers_are_normalised(params):
    table, features = utterances()
    louder = features + np.where(table.speaker == "a", 2, 0)[:, None].astype(np.float32)
    ratings, fold = Ratings.of(table, DIMENSIONS), fold_of(table)
    for model, same in {"ridge": False, "ridge_speaker_norm": True}.items():
        line = DIMENSION_MODELS[model]
        predicted = [
            np.array(evaluate_dimension_fold(fold, ratings, x, line, params, seed=0).predicted)
            for x in (features, louder)
        ]
        assert np.allclose(*predicted, atol=1e-4) == same


def test_an_official_validation_part_is_trained_on(params):
    table, features = utterances()
    fold = fold_of(table)
    split = Fold(fold.name, fold.train[EACH:], fold.train[:EACH], fold.test)
    ratings, line = Ratings.of(table, DIMENSIONS), DIMENSION_MODELS["ridge"]
    whole, apart = (evaluate_dimension_fold(f, ratings, features, line, params, seed=0) for f in (fold, split))
    assert np.allclose(whole.predicted, apart.predicted, atol=1e-6)


def test_figures_are_those_of_the_predictions_of_all_folds(params):
    table, features = utterances()
    ratings, folds = Ratings.of(table, DIMENSIONS), [fold_of(table, tested) for tested in SPEAKERS]
    line = DIMENSION_MODELS["ridge"]
    outcomes = [evaluate_dimension_fold(fold, ratings, features, line, params, seed=0) for fold in folds]
    predictions = prediction_table(folds, outcomes, ratings, seed=0)
    found = score_dimensions(predictions, ratings, params.evaluation)

    both = predictions.merge(table, on="utterance_id", suffixes=("", " true"))
    own = {name: concordance(both[f"{name} true"].to_numpy(), both[name].to_numpy()) for name in DIMENSIONS}
    assert {name: found["dimensions"][name]["ccc"] for name in DIMENSIONS} == pytest.approx(own, abs=1e-4)
    assert found["ccc"] == pytest.approx(np.mean(list(own.values())), abs=1e-4)
    assert found["dimensions"]["valence"]["ccc"] > 0.95, "valence is linear in the features"
    inside = (both.activation - both["activation true"]).abs() <= both["activation half-width"]
    assert found["dimensions"]["activation"]["interval_coverage"] == pytest.approx(inside.mean(), abs=1e-4)
    assert [fold["test_utterances"] for fold in found["folds"]] == [EACH] * 4
