"""Distances to the distribution of votes. Oracles: numbers worked out by hand, scipy, and the mean over the raters."""

from math import log

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy as scipy_entropy

from ser_tasks.evaluation.votes.distances import (
    HALF,
    SHARED,
    cross_entropy,
    distribution,
    entropy,
    jensen_shannon,
    kullback_leibler,
    smoothed,
)

COUNTS = np.array([[2, 1, 1], [3, 0, 0], [0, 2, 2], [1, 1, 1]])
POSTERIORS = np.array([[0.5, 0.25, 0.25], [0.7, 0.2, 0.1], [1.0, 0.0, 0.0], [0.2, 0.2, 0.6]])


def test_the_divergence_of_three_to_one_votes_from_even_posteriors_is_that_worked_out_by_hand():
    """Even posteriors stay even when smoothed: 3/4 log(3/4 / 1/2) + 1/4 log(1/4 / 1/2) = 3/4 log 3 - log 2."""
    found = kullback_leibler(np.array([[0.75, 0.25]]), np.array([[0.5, 0.5]]))
    assert found[0] == pytest.approx(0.75 * log(3) - log(2)) == pytest.approx(0.130812, abs=1e-6)


def test_an_answer_that_rules_out_what_all_raters_said_costs_no_more_than_its_shared_part():
    """1 % shared by four classes leaves 0.0025: -log 0.0025 = 5.991465."""
    found = cross_entropy(np.array([[0.0, 1.0, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0, 0.0]]))
    assert found[0] == pytest.approx(-log(SHARED / 4)) == pytest.approx(5.991465, abs=1e-6)


def test_unanimous_votes_have_no_entropy_and_even_ones_that_of_their_number():
    np.testing.assert_allclose(entropy(distribution(COUNTS)), [1.5 * log(2), 0, log(2), log(3)], atol=1e-12)


def test_distances_are_those_of_scipy():
    shares, expected = distribution(COUNTS), smoothed(POSTERIORS)
    np.testing.assert_allclose(kullback_leibler(shares, POSTERIORS), scipy_entropy(shares, expected, axis=1))
    np.testing.assert_allclose(jensen_shannon(shares, POSTERIORS), jensenshannon(shares, POSTERIORS, axis=1) ** 2)


def test_cross_entropy_is_the_mean_loss_of_the_raters():
    for counts, row, found in zip(
        COUNTS, smoothed(POSTERIORS), cross_entropy(distribution(COUNTS), POSTERIORS), strict=True
    ):
        raters = np.repeat(np.arange(3), counts)
        assert found == pytest.approx(np.mean([-log(row[one]) for one in raters]))


def test_answers_that_share_no_class_with_the_votes_are_as_far_away_as_can_be():
    assert jensen_shannon(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]))[0] == pytest.approx(log(2))
    assert HALF == 0.5, "of Krichevsky and Trofimov"
