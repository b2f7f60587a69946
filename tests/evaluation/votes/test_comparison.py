"""Whether one model is nearer to the votes than another, against the paired t-test of the statistics books."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from ser_tasks.evaluation.votes.comparison import against_nearest, distance_difference
from ser_tasks.params import EvaluationParams

PARAMS = EvaluationParams(seed=0, bootstrap_resamples=20_000, confidence=0.95)
SPEAKERS = np.repeat([f"s{number}" for number in range(8)], 5)


@pytest.fixture
def distances():
    """Of three models, on eight speakers with five utterances each; what is hard for one is so for all."""
    rng = np.random.default_rng(3)
    hard = rng.gamma(2, 0.3, len(SPEAKERS))
    return {name: hard + rng.normal(more, 0.2, len(SPEAKERS)) for name, more in (("b", 0.05), ("a", 0.0), ("c", 0.15))}


def test_p_is_that_of_a_paired_t_test_over_speakers_corrected_for_two_tests(distances):
    of_speakers = {name: own.reshape(8, 5).mean(axis=1) for name, own in distances.items()}
    alone = {name: ttest_rel(of_speakers[name], of_speakers["a"]).pvalue for name in "bc"}
    assert alone["c"] < alone["b"]
    found = against_nearest({name: (own, SPEAKERS) for name, own in distances.items()}, PARAMS)
    assert list(found) == ["b", "c"]
    assert found == pytest.approx({"c": 2 * alone["c"], "b": max(2 * alone["c"], alone["b"])}, rel=0.05)


def test_several_predictions_of_an_utterance_count_by_their_mean(distances):
    once = {name: (own, SPEAKERS) for name, own in distances.items()}
    twice = {**once, "b": (np.tile(distances["b"], 2), np.tile(SPEAKERS, 2))}
    assert against_nearest(twice, PARAMS) == pytest.approx(against_nearest(once, PARAMS))


def test_the_same_distances_in_another_order_are_no_difference(distances):
    """Their sums differ in the last bit, which a test over speakers would take for a difference of all."""
    own, order = distances["c"], np.random.default_rng(0).permutation(7 * len(SPEAKERS))
    often = np.tile(own, 7)[order], np.tile(SPEAKERS, 7)[order]
    found = distance_difference(often, (own, SPEAKERS), PARAMS)
    assert (found.p, found.difference) == (1.0, pytest.approx(0, abs=1e-12))


def test_of_one_model_or_one_speaker_nothing_is_tested(distances):
    assert against_nearest({"a": (distances["a"], SPEAKERS)}, PARAMS) == {}
    alone = np.full(len(SPEAKERS), "s0")
    assert against_nearest({name: (own, alone) for name, own in distances.items()}, PARAMS) == {"b": 1.0, "c": 1.0}
