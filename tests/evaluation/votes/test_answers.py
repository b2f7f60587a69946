"""Raters against each other. Oracle: every rater held out in turn, one by one."""

from itertools import product
from math import log

import numpy as np
import pytest

from ser_tasks.evaluation.votes.answers import majority, of_a_rater, of_other_speakers, of_posteriors, of_the_votes

EVERY = np.array([row for row in product(range(5), repeat=3) if sum(row) >= 2])  # each way of 2 to 12 votes


def held_out(counts: np.ndarray) -> tuple[float, np.ndarray, float]:
    """Loss, shares of truth and answer, and agreement of one utterance, over its raters one by one."""
    raters = [one for one, n in enumerate(counts) for _ in range(n)]
    losses, hits, agreed = [], np.zeros((3, 3)), []
    for place, vote in enumerate(raters):
        others = raters[:place] + raters[place + 1 :]
        tally = [others.count(one) for one in range(3)]
        losses.append(-log((tally[vote] + 0.5) / (len(others) + 1.5)))
        first = [one for one in range(3) if tally[one] == max(tally)]
        for one in first:
            hits[one, vote] += 1 / len(first) / len(raters)
        agreed.append(sum(other == vote for other in others) / len(others))
    return float(np.mean(losses)), hits, float(np.mean(agreed))


def test_a_rater_against_the_others_is_the_mean_over_all_who_can_be_held_out():
    found = of_a_rater(EVERY)
    for row, counts in enumerate(EVERY):
        loss, hits, agreed = held_out(counts)
        assert found.cross_entropy[row] == pytest.approx(loss), counts
        np.testing.assert_allclose(found.hits[row], hits, atol=1e-12, err_msg=str(counts))
        assert found.agreed[row] == pytest.approx(agreed), counts


def test_two_against_one_is_as_worked_out_by_hand():
    """Held out with chance 2/3 one of the two: the others are tied, half a hit. Else: the others are against it."""
    found = of_a_rater(np.array([[2, 1]]))
    assert np.trace(found.hits[0]) == pytest.approx(2 / 3 * 1 / 2)
    assert found.agreed[0] == pytest.approx(2 / 3 * 1 / 2)
    # the others of one of the two: 1 and 1, so (1 + 1/2) / 3; of the one: 2 and 0, so (0 + 1/2) / 3
    assert found.cross_entropy[0] == pytest.approx(-(2 / 3 * log(1 / 2) + 1 / 3 * log(1 / 6)))


def test_a_tie_is_the_truth_with_an_equal_share_for_each_class():
    counts, sure = np.array([[2, 2, 0], [0, 1, 3]]), np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert majority(counts).tolist() == [[0.5, 0.5, 0], [0, 0, 1]]
    found = of_posteriors(counts, sure)
    assert found.hits.trace(axis1=1, axis2=2).tolist() == [0.5, 1.0]
    assert found.agreed.tolist() == [0.5, 0.75], "the share of the raters who gave the class answered"


def test_no_answer_does_better_than_the_votes_themselves():
    best = of_the_votes(EVERY)
    answers = np.random.default_rng(0).dirichlet(np.ones(3), (20, len(EVERY)))
    for posteriors in answers:
        found = of_posteriors(EVERY, posteriors)
        assert (found.cross_entropy >= best.cross_entropy - 1e-12).all()
        assert (found.agreed <= best.agreed + 1e-12).all()
        assert (found.hits.trace(axis1=1, axis2=2) <= best.hits.trace(axis1=1, axis2=2) + 1e-12).all()


def test_the_prior_of_an_utterance_is_of_other_speakers_alone():
    counts, speakers = np.array([[4, 0], [1, 3], [0, 4], [2, 2]]), np.array(["a", "a", "b", "c"])
    found = of_other_speakers(counts, speakers)
    np.testing.assert_allclose(found, [[0.25, 0.75], [0.25, 0.75], [1.75 / 3, 1.25 / 3], [1.25 / 3, 1.75 / 3]])
    np.testing.assert_allclose(of_other_speakers(counts, np.repeat("a", 4)), np.tile([1.75 / 4, 2.25 / 4], (4, 1)))
