from itertools import pairwise, product

import numpy as np
import pytest

from ser_tasks.bundles.inference.timeline import smoothed, steady_path

POSTERIORS = np.random.default_rng(0).dirichlet([0.7] * 3, size=7)
CENTRES = np.array([0.0, 1.0, 2.0, 3.5, 4.0, 5.0, 9.0])


def test_two_windows_one_width_apart_weigh_each_other_by_exp_of_minus_a_half():
    w = np.exp(-0.5)
    found = smoothed(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 2.0]), width=2.0)
    np.testing.assert_allclose(found, np.array([[1, w], [w, 1]]) / (1 + w))


def test_no_width_changes_nothing_and_a_huge_one_gives_everyone_the_mean():
    np.testing.assert_array_equal(smoothed(POSTERIORS, CENTRES, width=0), POSTERIORS)
    mean = np.tile(POSTERIORS.mean(axis=0), (7, 1))
    np.testing.assert_allclose(smoothed(POSTERIORS, CENTRES, width=1e6), mean)


def test_smoothed_posteriors_are_posteriors_and_what_does_not_change_stays():
    np.testing.assert_allclose(smoothed(POSTERIORS, CENTRES, width=1.0).sum(axis=1), 1)
    constant = np.tile([0.2, 0.5, 0.3], (7, 1))
    np.testing.assert_allclose(smoothed(constant, CENTRES, width=1.0), constant)


@pytest.mark.parametrize("cost", [0.0, 0.3, 1.0, 3.0, 100.0])
def test_the_path_is_the_best_of_all_paths(cost):
    """All 3 ** 7 of them, each scored by the definition."""

    def score(path):
        changes = sum(a != b for a, b in pairwise(path))
        return np.log(POSTERIORS[range(7), list(path)]).sum() - cost * changes

    found = steady_path(POSTERIORS, change_cost=cost)
    assert score(tuple(found)) == pytest.approx(max(map(score, product(range(3), repeat=7))))


def test_changes_that_cost_nothing_give_the_likeliest_class_of_each_window():
    np.testing.assert_array_equal(steady_path(POSTERIORS, change_cost=0.0), POSTERIORS.argmax(axis=1))


def test_a_flicker_is_not_worth_two_changes_but_a_lasting_change_is_worth_one():
    calm, angry = [0.8, 0.2], [0.2, 0.8]  # log 4 = 1.39 nats for each window
    assert steady_path(np.array([calm, calm, angry, calm, calm]), change_cost=1.0).tolist() == [0, 0, 0, 0, 0]
    assert steady_path(np.array([calm, calm, angry, angry, angry]), change_cost=1.0).tolist() == [0, 0, 1, 1, 1]


def test_a_probability_of_zero_forbids_nothing_for_ever():
    path = steady_path(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]), change_cost=1.0)
    assert path.tolist() == [0, 1, 1]
