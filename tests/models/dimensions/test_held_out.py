"""Models of dimensions: chosen on other speakers, matched to the spread of the ratings, honest about their errors."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.agreement import concordance
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.held_out import choose, inner_parts, interval_of, matching
from ser_tasks.models.dimensions.regressor import RatedExamples
from ser_tasks.models.dimensions.ridge import RidgeRegressor
from ser_tasks.models.dimensions.svr import SupportVectorRegressor
from ser_tasks.params import RidgeParams, SvrParams

RIDGE = RidgeParams(alpha=(1.0, 10.0, 1000.0), inner_folds=3)


def examples(seed: int = 0, *, n: int = 120, dims: int = 8, noise: float = 0.3) -> RatedExamples:
    """Two dimensions, each linear in the features but for noise; four speakers."""
    rng = np.random.default_rng(seed)
    features = rng.normal(0, 1, (n, dims)).astype(np.float32)
    slopes = rng.normal(0, 0.25, (dims, 2))
    ratings = np.clip(3 + features @ slopes + rng.normal(0, noise, (n, 2)), 1, 5)
    return RatedExamples(features, ratings, np.array([*"abcd"] * (n // 4)))


def test_no_speaker_is_learned_from_and_asked_about():
    speakers = examples().speakers
    for learning, asked in inner_parts(speakers, n_folds=3, seed=0):
        assert not set(speakers[learning]) & set(speakers[asked])


def test_every_utterance_is_asked_about_once():
    asked = np.concatenate([part for _, part in inner_parts(examples().speakers, n_folds=9, seed=0)])
    assert sorted(asked) == list(range(120))


def test_one_speaker_is_refused_with_what_to_do():
    with pytest.raises(UserError, match=r"one speaker \(a\).*Take more speakers"):
        inner_parts(np.array(["a"] * 5), n_folds=3, seed=0)


def test_matching_gives_mean_and_spread_of_the_ratings_and_the_highest_concordance_of_all_lines():
    rng = np.random.default_rng(1)
    ratings = rng.uniform(2, 4, (200, 1))
    scores = 0.2 * ratings + rng.normal(0, 0.05, (200, 1)) + 7
    matched = matching(scores, ratings)(scores)
    assert matched.mean() == pytest.approx(ratings.mean())
    assert matched.std() == pytest.approx(ratings.std(), rel=0.01)
    best = concordance(ratings[:, 0], matched[:, 0])
    for slope in np.linspace(0.5, 8, 31):
        for offset in np.linspace(-1, 1, 11):
            line = ratings.mean() + offset + slope * (scores[:, 0] - scores.mean())
            assert concordance(ratings[:, 0], line) <= best + 1e-3


def test_scores_that_do_not_vary_become_the_mean_of_the_ratings():
    matched = matching(np.ones((4, 1)), np.array([[1.0], [2], [3], [4]]))
    assert matched(np.array([[1.0], [9.0]])).ravel().tolist() == [2.5, 2.5]


def test_an_interval_holds_nine_tenths_of_the_errors_and_one_more():
    errors = np.arange(1.0, 20)[:, None]  # 19 of them: ceil(20 * 0.9) = 18
    assert interval_of(errors).tolist() == [18]
    assert interval_of(errors[:3]).tolist() == [3], "of so few, the largest"


def test_intervals_of_new_utterances_hold_about_nine_tenths():
    shares = []
    for seed in range(8):
        whole = examples(seed, n=2000)
        model = RidgeRegressor(RIDGE, seed=0)
        model.fit(whole.part(np.arange(600)))
        new = whole.part(np.arange(600, 2000))
        shares.append(np.mean(np.abs(model.predict(new.features) - new.ratings) <= model.half_widths()))
    assert np.mean(shares) == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("dims", [8, 300], ids=["few features", "more features than utterances"])
def test_ridge_is_the_closed_form_matched_to_the_ratings(dims):
    train = examples(dims=dims)
    model = RidgeRegressor(RidgeParams(alpha=(10.0,), inner_folds=3), seed=0)
    chosen = model.fit(train)
    x = StandardScaler().fit(train.features.astype(float))
    z = x.transform(train.features.astype(float))
    mean = train.ratings.mean(axis=0)
    planes = np.linalg.solve(z.T @ z + 10 * np.eye(dims), z.T @ (train.ratings - mean))
    asked = examples(5, dims=dims).features
    raw = x.transform(asked.astype(float)) @ planes + mean
    expected = np.clip(model.chosen.matched.offset + model.chosen.matched.slope * raw, 1, 5)
    assert model.predict(asked) == pytest.approx(expected, abs=1e-5)
    assert chosen["alpha"] == [10.0, 10.0]


def test_each_dimension_has_the_candidate_of_the_highest_concordance_on_other_speakers():
    train = examples()
    noise = np.random.default_rng(2).normal(0, 1, train.ratings.shape)

    def fit(part: RatedExamples, candidate: float):
        """Predicts the ratings themselves, blurred: the first dimension by the candidate, the second by its inverse."""
        rows = {row.tobytes(): place for place, row in enumerate(train.features)}

        def predict(features):
            places = [rows[row.tobytes()] for row in features]
            return train.ratings[places] + noise[places] * np.array([candidate, 1 / candidate])

        return predict

    found = choose(fit, train, [0.1, 1.0, 10.0], n_folds=3, seed=0)
    assert found.values == (0.1, 10.0)
    assert all(ccc > 0.9 for ccc in found.ccc)


def test_support_vectors_follow_a_curve_that_a_plane_cannot():
    rng = np.random.default_rng(0)
    features = rng.uniform(-1.5, 1.5, (300, 2)).astype(np.float32)
    ratings = np.clip(2 + features[:, :1] ** 2, 1, 5)
    bent = RatedExamples(features, ratings, np.array([*"abc"] * 100))
    svr = SupportVectorRegressor(SvrParams(c=(1.0, 3.0), gamma="scale", epsilon=0.1, inner_folds=3), seed=0)
    ridge = RidgeRegressor(RIDGE, seed=0)
    ccc = []
    for model in (svr, ridge):
        model.fit(bent)
        ccc.append(concordance(ratings[:, 0], model.predict(features)[:, 0]))
    assert ccc[0] > 0.9
    assert ccc[1] < 0.3


@pytest.mark.parametrize(
    ("name", "feature_set", "speaker_norm"),
    [
        ("ridge", "functionals", False),
        ("svr_speaker_norm", "functionals", True),
        ("whisper_tiny_en_ridge", "whisper_tiny_en", False),
        ("whisper_base_svr_speaker_norm", "whisper_base", True),
    ],
)
def test_the_table_builds_the_model_from_its_section(name, feature_set, speaker_norm):
    line = DIMENSION_MODELS[name]
    sections = {"ridge": RIDGE, "svr": SvrParams(c=(1.0,), gamma="scale", epsilon=0.1, inner_folds=3)}
    model = line.build(line.section(SimpleNamespace(**sections)), seed=0)
    assert model.params == sections[line.section_name]
    assert (line.feature_set, line.speaker_norm) == (feature_set, speaker_norm)
