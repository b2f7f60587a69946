"""One temperature: what it may change, and what it must not."""

import numpy as np
import pytest
from scipy.special import softmax

from ser_tasks.models.calibration import ABSENT, fit_temperature, for_every_class, posteriors


def drawn(temperature: float, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and classes drawn from softmax(scores / temperature)."""
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (n, 4))
    cumulative = softmax(scores / temperature, axis=1).cumsum(axis=1)
    return scores, (rng.random((n, 1)) > cumulative).sum(axis=1)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_made_the_labels_is_found(temperature):
    scores, truth = drawn(temperature)
    assert fit_temperature(scores, truth) == pytest.approx(temperature, rel=0.05)


def test_a_temperature_of_two_halves_the_scores():
    np.testing.assert_allclose(posteriors(np.array([[0.0, 2 * np.log(3)]]), 2.0), [[0.25, 0.75]])


def test_the_order_of_the_classes_never_changes_and_rows_sum_to_one():
    scores, _ = drawn(1.0, n=100)
    softened = posteriors(scores, 4.2)
    assert (softened.argsort(axis=1) == scores.argsort(axis=1)).all()
    np.testing.assert_allclose(softened.sum(axis=1), 1)


def test_scores_of_the_training_classes_stand_in_their_columns_and_all_others_get_posterior_0():
    scores = for_every_class(np.array([[1.0, 2.0]]), np.array([0, 2]), n_classes=4)
    assert scores.tolist() == [[1, -np.inf, 2, -np.inf]]
    np.testing.assert_allclose(posteriors(scores, 400.0)[0, [1, 3]], 0, atol=0)
    np.testing.assert_allclose(posteriors(scores, 1.0)[0, [0, 2]], [1 / (1 + np.e), np.e / (1 + np.e)])


def test_of_two_classes_one_score_speaks_for_the_second_and_against_the_first():
    found = for_every_class(np.array([0.5, -2.0]), np.array([1, 2]), n_classes=3)
    assert found.tolist() == [[-np.inf, -0.5, 0.5], [-np.inf, 2, -2]]


def test_utterances_whose_class_is_not_in_training_do_not_count_in_the_temperature():
    scores, truth = drawn(3.0)
    without = np.where(np.arange(4) == 1, ABSENT, scores)
    known = truth != 1
    assert fit_temperature(without, truth) == fit_temperature(without[known], truth[known])
    assert fit_temperature(without[~known], truth[~known]) == 1


def test_the_temperature_stays_within_e_to_the_6_either_way():
    always_right, always_wrong = np.array([[0.01, -0.01]]), np.array([[-10.0, 10.0]])
    assert np.log(fit_temperature(always_right, np.array([0]))) == pytest.approx(-6, abs=0.1)
    assert np.log(fit_temperature(always_wrong, np.array([0]))) == pytest.approx(6, abs=0.1)
