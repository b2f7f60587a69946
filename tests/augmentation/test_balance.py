import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from ser_tasks.augmentation.balance import balanced_indices, class_weights

LABELS = np.array([0] * 10 + [1] * 3 + [3] * 7)  # no item of class 2


def test_the_weights_are_those_of_scikit_learn_and_0_for_an_absent_class():
    weights = class_weights(LABELS, n_classes=5)
    present = np.array([0, 1, 3])
    np.testing.assert_allclose(weights[present], compute_class_weight("balanced", classes=present, y=LABELS))
    assert weights[[2, 4]].tolist() == [0, 0]


def test_all_classes_weigh_the_same_and_the_mean_item_weighs_one():
    weights = class_weights(LABELS, n_classes=4)[LABELS]
    totals = np.bincount(LABELS, weights)
    np.testing.assert_allclose(totals[[0, 1, 3]], totals[0], rtol=1e-6)
    assert weights.mean() == pytest.approx(1)


def test_an_epoch_holds_every_item_and_each_class_as_often():
    indices = balanced_indices(LABELS, generator=np.random.default_rng(0))
    assert np.bincount(LABELS[indices]).tolist() == [10, 10, 0, 10]
    times = np.bincount(indices, minlength=len(LABELS))
    for label in (0, 1, 3):
        assert times[label == LABELS].min() >= 1
        assert np.ptp(times[label == LABELS]) <= 1


def test_what_is_drawn_again_follows_the_generator():
    one, same, other = (balanced_indices(LABELS, generator=np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_no_items_are_no_epoch():
    assert len(balanced_indices(np.empty(0, int), generator=np.random.default_rng(0))) == 0
