"""Balance between classes, against weights and posteriors worked by hand."""

import numpy as np

from ser_tasks.models.text.class_balance import balancing_weights, class_shares, rebalanced

TRUTH = np.array([0, 0, 0, 1])


def test_balance_0_weighs_all_utterances_alike_and_1_all_classes_alike():
    np.testing.assert_allclose(balancing_weights(TRUTH, balance=0), 1)
    np.testing.assert_allclose(balancing_weights(TRUTH, balance=1), [2 / 3, 2 / 3, 2 / 3, 2])
    half = balancing_weights(TRUTH, balance=0.5)
    np.testing.assert_allclose(half[3] / half[0], np.sqrt(3))


def test_shares_are_never_0():
    np.testing.assert_allclose(class_shares(TRUTH, n_classes=3), [4 / 7, 2 / 7, 1 / 7])


def test_logits_of_a_balanced_classifier_are_moved_to_what_bayes_rule_gives_with_the_shares():
    likelihood = np.array([[0.2, 0.5, 0.3]])
    shares = np.array([0.6, 0.3, 0.1])
    bayes = likelihood * shares / (likelihood * shares).sum()
    moved = np.exp(rebalanced(np.log(likelihood), shares, trained=1, wanted=0))
    np.testing.assert_allclose(moved / moved.sum(), bayes)
    np.testing.assert_allclose(rebalanced(np.log(bayes), shares, trained=0.4, wanted=0.4), np.log(bayes))
