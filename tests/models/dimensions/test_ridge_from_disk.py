"""Ridge on features that stay on the disk: the same model as in memory, read a block at a time."""

import json

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pipelines.stages import dimension_bundle
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions import fold
from ser_tasks.features import stored_rows as module
from ser_tasks.features.store import write_rows
from ser_tasks.features.stored_rows import StoredRows, stored_rows
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.normal_equations import Shift, standardised, sums_of
from ser_tasks.models.dimensions.regressor import RatedExamples
from ser_tasks.models.dimensions.ridge import RidgeRegressor
from ser_tasks.params import RidgeParams

RIDGE = RidgeParams(alpha=(1.0, 30.0, 1000.0), inner_folds=3)
N, DIMS = 90, 12
IDS = [f"u{number:03d}" for number in range(N)]


def matrix(seed: int = 0) -> np.ndarray:
    """Columns of very different size and level, one of them constant."""
    rng = np.random.default_rng(seed)
    columns = rng.normal(0, 1, (N, DIMS)) * 10.0 ** rng.uniform(-3, 3, DIMS) + 10.0 ** rng.uniform(-2, 4, DIMS)
    columns[:, 3] = 7.5
    return columns.astype(np.float32)


def ratings_of(features: np.ndarray) -> np.ndarray:
    z = StandardScaler().fit_transform(features.astype(float))
    noise = np.random.default_rng(1).normal(0, 0.4, (N, 2))
    return np.clip(3 + z[:, :2] * 0.6 + 0.3 * z[:, 4:6] + noise, 1, 5)


@pytest.fixture
def folder(tmp_path):
    """Two shards of the utterances, out of order."""
    own = tmp_path / "corpus" / "functionals"
    own.mkdir(parents=True)
    values = matrix()
    for name, rows in (("a", range(1, N, 2)), ("b", range(0, N, 2))):
        content = [
            {"utterance_id": IDS[row], "n_frames": 1, "values": values[row], "speech_found": None} for row in rows
        ]
        write_rows(content, {"dimensions": json.dumps([f"d{place}" for place in range(DIMS)])}, own / f"{name}.parquet")
    return own


@pytest.fixture
def rows(folder, tmp_path, monkeypatch) -> StoredRows:
    monkeypatch.setattr(StoredRows.blocks, "__defaults__", (7,))
    return stored_rows(folder, IDS, cache=tmp_path / "cache")


def test_blocks_are_the_rows_asked_for_in_their_order(rows):
    np.testing.assert_array_equal(np.concatenate([*rows.blocks()]), matrix())
    some = [41, 3, 3, 88]
    np.testing.assert_array_equal(np.concatenate([*rows[some].blocks(3)]), matrix()[some])
    assert [len(block) for block in rows.blocks()] == [7] * 12 + [6]


def test_normal_equations_give_the_planes_of_scikit_learn(rows):
    features = matrix()
    ratings = ratings_of(features)
    shift = Shift(features[:7].mean(axis=0, dtype=float), ratings.mean(axis=0))
    equations = standardised(sums_of(rows.blocks(), ratings, shift), shift)
    for penalty in (0.1, 100.0):
        model = make_pipeline(StandardScaler(), Ridge(alpha=penalty)).fit(features.astype(float), ratings)
        z = (features - equations.mean) / equations.scale
        ours = z @ equations.coefficients([penalty, penalty]).T + equations.intercept
        np.testing.assert_allclose(ours, model.predict(features.astype(float)), atol=1e-9)


def test_a_part_is_set_aside_by_leaving_its_sums_out(rows):
    features = matrix()
    ratings = ratings_of(features)
    shift = Shift(features[:7].mean(axis=0, dtype=float), ratings.mean(axis=0))
    whole, part = (sums_of(rows[own].blocks(), ratings[own], shift) for own in (slice(None), slice(20, 50)))
    kept = [*range(20), *range(50, N)]
    found = standardised(whole - part, shift)
    expected = standardised(sums_of(rows[kept].blocks(), ratings[kept], shift), shift)
    for name in ("mean", "scale", "products", "targets", "intercept"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-8, atol=1e-8)


def test_the_model_is_the_one_that_is_fitted_in_memory(rows):
    features = matrix()
    ratings, speakers = ratings_of(features), np.array([*"abcdef"] * (N // 6))
    here, there = RidgeRegressor(RIDGE, seed=0), RidgeRegressor(RIDGE, seed=0)
    chosen = here.fit(RatedExamples(features, ratings, speakers))
    assert there.fit(RatedExamples(rows, ratings, speakers)) == chosen
    assert len(set(chosen["alpha"])) == 2, "each dimension has its own penalty"
    expected = here.predict(features)
    np.testing.assert_allclose(there.predict(rows), expected, atol=1e-8)
    np.testing.assert_allclose(there.predict(features), expected, atol=1e-8)
    np.testing.assert_allclose(there.half_widths(), here.half_widths(), atol=1e-8)


def test_only_of_many_utterances_and_only_where_the_model_can(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    ridge, svr = DIMENSION_MODELS["ridge"], DIMENSION_MODELS["svr"]
    assert isinstance(fold.rated_features(ridge, folder, IDS), np.ndarray)
    monkeypatch.setattr(fold, "IN_MEMORY", N - 1)
    assert isinstance(fold.rated_features(ridge, folder, IDS), StoredRows)
    assert isinstance(fold.rated_features(svr, folder, IDS), np.ndarray)
    assert not [name for name, model in DIMENSION_MODELS.items() if model.from_disk and model.speaker_norm]

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "map_frames", full)
    with pytest.warns(UserWarning, match="cannot be unpacked.*No space left"):
        np.testing.assert_array_equal(fold.rated_features(ridge, folder, IDS), matrix())


def test_what_is_not_there_is_an_error(folder, tmp_path, rows):
    with pytest.raises(UserError, match=r"no features for 1 of 2 utterances, first \['nobody'\]"):
        stored_rows(folder, ["u001", "nobody"], cache=tmp_path / "cache")
    with rows.file.open("r+b") as file:
        file.truncate(40 * DIMS * 4)
    with pytest.raises(UserError, match="ends before row"):
        list(rows.blocks())


def test_an_utterance_of_several_rows_is_an_error(folder, tmp_path):
    content = [{"utterance_id": "two", "n_frames": 2, "values": np.zeros(2 * DIMS), "speech_found": None}]
    metadata = {"dimensions": json.dumps([f"d{place}" for place in range(DIMS)])}
    write_rows(content, metadata, folder / "c.parquet")
    with pytest.raises(UserError, match=r"1 utterances have more rows than one, first \['two'\]"):
        stored_rows(folder, ["u001", "two"], cache=tmp_path / "cache")


def test_the_likeness_of_a_bundle_is_judged_by_utterances_from_all_over_the_corpus(rows, monkeypatch):
    monkeypatch.setattr(dimension_bundle, "LIKENESS", 4)
    speakers = np.array([*"abcdef"] * (N // 6))
    known = dimension_bundle.in_memory(RatedExamples(rows, ratings_of(matrix()), speakers))
    places = [0, 30, 59, 89]
    np.testing.assert_array_equal(known.features, matrix()[places])
    np.testing.assert_array_equal(known.ratings, ratings_of(matrix())[places])
    assert known.speakers.tolist() == speakers[places].tolist()
    assert dimension_bundle.in_memory(known) is known
