"""C is chosen by what held-out utterances say."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from ser_tasks.models.text.choose_c import Held, choose_c


def test_the_cross_entropy_is_that_of_scores_at_their_best_temperature():
    scores, truth = np.log([[0.8, 0.2]] * 10), np.array([0] * 8 + [1] * 2)  # right as often as they say
    entropy = -(0.8 * np.log(0.8) + 0.2 * np.log(0.2))
    np.testing.assert_allclose(Held(scores, truth).cross_entropy(), entropy, rtol=1e-5)
    np.testing.assert_allclose(Held(7 * scores, truth).cross_entropy(), entropy, rtol=1e-5)


def test_a_strong_penalty_is_chosen_where_most_dimensions_are_noise():
    rng = np.random.default_rng(0)
    truth = np.arange(80) % 2
    rows = rng.normal(size=(80, 200))
    rows[:, 0] += 2 * truth
    folds = [(np.arange(40), np.arange(40, 80)), (np.arange(40, 80), np.arange(40))]

    def build(c):
        return Pipeline([("classifier", LogisticRegression(C=c))])

    c, held = choose_c(build, (1e-3, 1e3), folds, rows, truth, n_classes=2, balance=0)
    assert c == 1e-3
    assert held.scores.shape == (80, 2)
    np.testing.assert_array_equal(held.truth, truth[[*range(40, 80), *range(40)]])
