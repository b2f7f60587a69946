"""Weighted F1 against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score

from ser_tasks.weighted_f1 import weighted_f1


@pytest.mark.parametrize("seed", range(3))
def test_it_is_that_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    truth, said = rng.choice(4, 200, p=[0.6, 0.2, 0.15, 0.05]), rng.integers(0, 4, 200)
    expected = f1_score(truth, said, average="weighted")
    assert weighted_f1(confusion_matrix(truth, said, labels=range(4))) == pytest.approx(expected)


def test_a_class_that_is_never_true_and_never_said_counts_nothing():
    assert weighted_f1(np.array([[3, 0], [0, 0]])) == 1.0
