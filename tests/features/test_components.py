"""Principal components and eta squared, against scikit-learn, the F test of SciPy, and numbers worked by hand."""

import numpy as np
import pytest
import scipy.stats
from sklearn.decomposition import PCA

from ser_tasks.features.components import eta_squared, principal_components, standardised

RNG = np.random.default_rng(0)
VALUES = RNG.normal(0, [1, 5, 0.2, 3], (60, 4)) @ RNG.normal(size=(4, 7))
GROUPS = [f"g{i % 3}" for i in range(60)]


def test_columns_have_mean_zero_and_deviation_one_and_constants_are_left_out():
    found = standardised(np.column_stack([VALUES, np.full(60, 7.0), np.zeros(60)]))
    assert found.shape == (60, 7)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(found.std(axis=0), 1)


def test_components_are_those_of_scikit_learn_but_for_their_signs():
    values = standardised(VALUES)
    found, theirs = principal_components(values, n_components=3), PCA(3, svd_solver="full").fit(values)
    np.testing.assert_allclose(found.variance, theirs.explained_variance_ratio_)
    np.testing.assert_allclose(np.abs(found.scores), np.abs(theirs.transform(values)), atol=1e-10)


def test_there_are_no_more_components_than_dimensions_and_together_they_hold_everything():
    found = principal_components(standardised(VALUES), n_components=100)
    assert found.scores.shape == (60, 7)
    assert found.variance.sum() == pytest.approx(1)


def test_a_sign_does_not_depend_on_the_order_of_the_utterances():
    values = standardised(VALUES)
    there, back = principal_components(values, n_components=2), principal_components(values[::-1], n_components=2)
    np.testing.assert_allclose(there.scores, back.scores[::-1], atol=1e-10)


def test_eta_squared_by_hand():
    values = np.array([[1.0, 0.0, 4.0], [3.0, 0.0, 4.0], [5.0, 2.0, 4.0], [7.0, 2.0, 4.0]])
    found = eta_squared(values, ["a", "a", "b", "b"])
    np.testing.assert_allclose(found, [16 / 20, 1, 0])  # means 2 and 6 about 4; all between; a constant


def test_eta_squared_is_that_of_the_f_test():
    f = scipy.stats.f_oneway(*(VALUES[np.array(GROUPS) == name] for name in sorted(set(GROUPS)))).statistic
    np.testing.assert_allclose(eta_squared(VALUES, GROUPS), f * 2 / (f * 2 + 57))


def test_groups_that_mean_nothing_have_their_number_less_one_in_the_utterances_less_one():
    rng = np.random.default_rng(1)
    found = eta_squared(rng.normal(size=(50, 4_000)), [f"g{i % 5}" for i in range(50)])
    assert found.mean() == pytest.approx(4 / 49, abs=0.002)
