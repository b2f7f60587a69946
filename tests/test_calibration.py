"""One temperature: what it may change, and what it must not."""

import numpy as np
import pytest
from scipy.special import softmax

from ser_tasks.calibration import fit_temperature, posteriors


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
