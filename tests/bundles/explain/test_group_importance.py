"""Shuffling groups of features, on examples where it is known what each group is worth."""

import numpy as np
import pandas as pd
import pytest

from ser_tasks.bundles.explain.group_importance import distance_gains, drops, shuffle, shuffled_fold
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.recogniser import Model
from ser_tasks.params.reading import read_params
from tests.bundles.small_bundles import PROJECT

PARAMS = read_params(PROJECT / "params.yaml")
CLASSES = ("anger", "neutral", "sadness")
PER_CLASS, REPEATS = 40, 6
SPEAKERS = ("a", "b", "c", "d")
GROUPS = {"tells": np.array([0, 1]), "noise": np.array([2]), "constant": np.array([3])}


class Nearest:
    """The class whose mean in the training part is nearest, by the first two columns alone."""

    def __init__(self, section, *, classes, seed):
        self.classes = classes

    def fit(self, train, validation, *, folder=None):
        self.means = np.stack([train.features[train.emotions == name, :2].mean(axis=0) for name in self.classes])
        return {}

    def posteriors(self, features):
        distance = ((features[:, None, :2] - self.means) ** 2).sum(axis=2)
        return np.eye(len(self.classes))[distance.argmin(axis=1)]


def shuffled(*, speaker_norm: bool = False):
    generator = np.random.default_rng(0)
    rows = [(s, e, i) for s in SPEAKERS for e in CLASSES for i in range(PER_CLASS)]
    labels = Labels(tuple(f"{s}{e}{i}" for s, e, i in rows), tuple(e for _, e, _ in rows), tuple(s for s, _, _ in rows))
    place = np.array([CLASSES.index(e) for e in labels.emotions], np.float32)
    features = np.column_stack([10 * place, -place, generator.normal(size=len(rows)), np.ones(len(rows))])
    folds = []
    for speaker in SPEAKERS:
        train, test = (
            tuple(i for i, s in zip(labels.utterance_ids, labels.speakers, strict=True) if (s == speaker) == tested)
            for tested in (False, True)
        )
        fold, model = (
            Fold(f"speaker {speaker}", train, (), test),
            Model(Nearest, lambda params: None, "functionals", "", speaker_norm=speaker_norm),
        )
        options = {"groups": GROUPS, "repeats": REPEATS, "seed": 0}
        folds.append(shuffled_fold(fold, labels, features.astype(np.float32), model, PARAMS, **options))
    return folds, labels


@pytest.fixture(scope="module")
def shuffled_folds():
    return shuffled()


@pytest.fixture(scope="module")
def found(shuffled_folds):
    return drops(*shuffled_folds, PARAMS.evaluation, seed=0)


def test_all_is_lost_with_the_group_that_tells_everything(found):
    """A shuffled row is right by chance: one time in three; its standard deviation here is 0.02."""
    assert found["tells"].difference == pytest.approx(2 / 3, abs=0.06)
    assert found["tells"].interval.low < 2 / 3 < found["tells"].interval.high
    assert found["tells"].speakers == len(SPEAKERS)


def test_nothing_is_lost_with_a_group_that_the_model_does_not_use(found):
    for name in ("noise", "constant"):
        assert found[name].difference == 0
        assert (found[name].interval.low, found[name].interval.high) == (0, 0)


def test_a_sure_answer_moves_away_from_the_votes_only_with_the_group_that_tells_everything(shuffled_folds):
    """The model is sure and right: its distance is known, and wrong answers cost the logarithm of what they leave."""
    folds, labels = shuffled_folds
    agreed = pd.DataFrame([[4 * (e == c) for c in CLASSES] for e in labels.emotions], labels.utterance_ids, CLASSES)
    kl, gains = distance_gains(folds, labels, agreed, PARAMS.evaluation, seed=0)
    right, wrong = (-np.log(share + 0.01 / 3) for share in (0.99, 0.0))
    assert kl == pytest.approx(right)
    assert gains["tells"].difference == pytest.approx(2 / 3 * (wrong - right), rel=0.09)
    assert gains["tells"].p < 0.001
    for name in ("noise", "constant"):
        assert (gains[name].difference, gains[name].p) == (pytest.approx(0, abs=1e-12), 1)


def test_features_are_normalised_by_speaker_before_they_are_shuffled():
    noise = drops(*shuffled(speaker_norm=True), PARAMS.evaluation, seed=0)["noise"]
    assert (noise.difference, noise.interval.low, noise.interval.high) == (0, 0, 0)


def test_columns_of_a_group_move_together_and_no_other_does():
    rows = np.arange(20, dtype=np.float32).reshape(5, 4)
    mixed = shuffle(rows, np.array([1, 3]), np.random.default_rng(3))
    assert sorted(mixed[:, 1]) == sorted(rows[:, 1])
    np.testing.assert_array_equal(mixed[:, 3] - mixed[:, 1], 2)
    np.testing.assert_array_equal(mixed[:, [0, 2]], rows[:, [0, 2]])
    assert (mixed != rows).any()
