"""Shuffling groups of features of ratings, on examples where it is known what each group is worth."""

import numpy as np
import pytest

from ser_tasks.bundles.explain.rating_importance import ccc_drops, shuffled_ratings_fold
from ser_tasks.evaluation.dimensions.scoring import Ratings
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.dimensions.regressor import DimensionModel
from ser_tasks.params.reading import read_params
from tests.bundles.small_bundles import PROJECT

PARAMS = read_params(PROJECT / "params.yaml")
SPEAKERS, EACH, REPEATS = ("a", "b", "c", "d", "e"), 60, 8
GROUPS = {"valence": np.array([0]), "activation": np.array([1]), "noise": np.array([2])}


class Columns:
    """Predicts what stands in the first two columns, and half of the way to the middle of the scale for the second."""

    def __init__(self, section, *, seed):
        pass

    def fit(self, train):
        self.trained_on = set(train.speakers)
        return {}

    def predict(self, features):
        return np.column_stack([features[:, 0], 3 + (features[:, 1] - 3) / 2])

    def half_widths(self):
        return np.array([0.1, 0.2])


def shuffled(*, speaker_norm: bool = False):
    """Ratings of five speakers, one left out at a time; the third column is noise."""
    rng = np.random.default_rng(0)
    names = tuple(f"{speaker}{number}" for speaker in SPEAKERS for number in range(EACH))
    values = rng.uniform(1, 5, (len(names), 2)).round(3)
    ratings = Ratings(names, ("valence", "activation"), tuple(map(tuple, values)), tuple(name[0] for name in names))
    features = np.column_stack([values, rng.normal(size=len(names))])
    model = DimensionModel(Columns, lambda params: None, "functionals", "", speaker_norm=speaker_norm)
    folds = []
    for speaker in SPEAKERS:
        train, test = (tuple(n for n in names if (n[0] == speaker) == tested) for tested in (False, True))
        fold, options = Fold(f"speaker {speaker}", train, (), test), {"groups": GROUPS, "repeats": REPEATS, "seed": 0}
        folds.append(shuffled_ratings_fold(fold, ratings, features, model, PARAMS, **options))
    return folds, ratings


@pytest.fixture(scope="module")
def folds():
    return shuffled()[0]


@pytest.fixture(scope="module")
def drops(folds):
    ratings = shuffled()[1]
    return ccc_drops(folds, ratings, PARAMS.evaluation), np.array(ratings.values)


def lin(truth, predicted) -> float:
    """The formula of Lin (1989), with the population's moments."""
    spread = truth.var() + predicted.var() + (truth.mean() - predicted.mean()) ** 2
    return 2 * np.cov(truth, predicted, bias=True)[0, 1] / spread


def test_each_dimension_loses_all_of_its_ccc_with_the_group_that_it_follows_from_alone(drops):
    """What is shuffled agrees by chance: a CCC of 0, give or take 1 / sqrt(8 * 300)."""
    lost, values = drops
    half = lin(values[:, 1], 3 + (values[:, 1] - 3) / 2)
    assert 0.7 < half < 0.9
    assert lost["valence"].each["valence"].difference == pytest.approx(1, abs=0.06)
    assert lost["activation"].each["activation"].difference == pytest.approx(half, abs=0.06)
    for group, other in (("valence", "activation"), ("activation", "valence")):
        assert lost[group].each[other].difference == pytest.approx(0, abs=1e-12)
        assert lost[group].mean.difference == pytest.approx(lost[group].each[group].difference / 2)
        assert lost[group].mean.p < 0.001


def test_nothing_is_lost_with_a_group_that_the_model_does_not_use(drops):
    noise = drops[0]["noise"].mean
    assert (noise.difference, noise.interval.low, noise.interval.high) == pytest.approx((0, 0, 0), abs=1e-12)


def test_what_is_lost_is_of_all_shuffles_together(folds, drops):
    lost, values = drops
    mixed = np.concatenate([np.array(own.predicted)[:, 0] for fold in folds for own in fold.shuffled["valence"]])
    truth = np.concatenate([np.tile(part, REPEATS) for part in values[:, 0].reshape(len(SPEAKERS), EACH)])
    assert lost["valence"].each["valence"].difference == pytest.approx(1 - lin(truth, mixed), abs=1e-9)


def test_features_are_normalised_by_speaker_before_they_are_shuffled():
    noise = ccc_drops(*shuffled(speaker_norm=True), PARAMS.evaluation)["noise"].mean
    assert noise.difference == pytest.approx(0, abs=1e-12)
