"""The concordance correlation coefficient and its interval, against hand-worked numbers and drawing for real."""

import numpy as np
import pytest

from ser_tasks.evaluation.dimensions.agreement import (
    Rated,
    concordance,
    concordance_intervals,
    drawn_concordances,
    mean_absolute_error,
    mean_concordance,
    pearson,
    root_mean_square_error,
)
from ser_tasks.evaluation.dimensions.comparison import against_best
from ser_tasks.evaluation.speaker_bootstrap import speaker_draws
from ser_tasks.params import EvaluationParams

PARAMS = EvaluationParams(seed=0, bootstrap_resamples=2000, confidence=0.95)


def values(*numbers: float) -> np.ndarray:
    return np.array(numbers, float)


@pytest.mark.parametrize(
    ("truth", "predicted", "expected"),
    [
        (values(1, 2, 3), values(1, 2, 3), 1.0),
        (values(1, 2, 3), values(2, 3, 4), 4 / 7),  # variances 2/3, covariance 2/3, one step between the means
        (values(1, 2, 3), values(3, 2, 1), -1.0),
        (values(1, 3, 5), values(2, 3, 4), 0.8),  # variances 8/3 and 2/3, covariance 4/3
        (values(1, 2, 3), values(2, 2, 2), 0.0),
        (values(2, 2, 2), values(2, 2, 2), 0.0),
    ],
)
def test_concordance_is_the_hand_worked_number(truth, predicted, expected):
    assert concordance(truth, predicted) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(4))
def test_concordance_never_exceeds_the_correlation_and_meets_it_where_means_and_spreads_do(seed):
    rng = np.random.default_rng(seed)
    truth, noise = rng.normal(3, 1, 60), rng.normal(0, 0.7, 60)
    predicted = 0.3 * (truth + noise) + 2
    r = np.corrcoef(truth, predicted)[0, 1]
    assert pearson(truth, predicted) == pytest.approx(r)
    assert 0 < concordance(truth, predicted) < r
    matched = (predicted - predicted.mean()) / predicted.std() * truth.std() + truth.mean()
    assert concordance(truth, matched) == pytest.approx(r)


def test_errors_are_in_units_of_the_scale():
    assert root_mean_square_error(values(1, 2), values(4, 6)) == pytest.approx(np.sqrt(12.5))
    assert mean_absolute_error(values(1, 2), values(4, 6)) == 3.5


def test_a_prediction_that_does_not_vary_has_no_correlation():
    assert pearson(values(1, 2, 3), values(2, 2, 2)) == 0


def rated(seed: int, *, noise: float = 0.5, speakers: int = 6, each: int = 20) -> Rated:
    rng = np.random.default_rng(seed)
    truth = rng.uniform(1, 5, (speakers * each, 2))
    shift = np.repeat(rng.normal(0, noise, (speakers, 2)), each, axis=0)
    return Rated(truth, truth + shift + rng.normal(0, noise, truth.shape), np.repeat([*"abcdef"][:speakers], each))


def test_a_draw_is_the_concordance_of_the_utterances_of_the_speakers_drawn():
    answers = rated(1)
    draws = speaker_draws(6, resamples=5, seed=3)
    found = drawn_concordances(answers, resamples=5, seed=3)
    for draw, own in zip(draws, found, strict=True):
        rows = [row for s, times in zip("abcdef", draw, strict=True) for _ in range(times)
                for row in np.flatnonzero(answers.speakers == s)]  # fmt: skip
        expected = [concordance(answers.truth[rows, d], answers.predicted[rows, d]) for d in range(2)]
        assert own == pytest.approx(expected)


def test_the_interval_holds_the_figure_and_is_wider_for_speakers_who_differ():
    widths = []
    for noise in (0.1, 0.8):
        *own, whole = concordance_intervals(rated(2, noise=noise), confidence=0.95, resamples=1000, seed=0)
        assert whole.low < mean_concordance(rated(2, noise=noise)) < whole.high <= 1
        widths.append([interval.high - interval.low for interval in own])
    assert np.all(np.array(widths[1]) > np.array(widths[0]))


def test_one_speaker_says_nothing():
    intervals = concordance_intervals(rated(0, speakers=1), confidence=0.95, resamples=100, seed=0)
    assert [(one.low, one.high) for one in intervals] == [(-1, 1)] * 3


def test_the_best_is_told_from_a_worse_model_and_not_from_one_that_is_the_same():
    good, bad = rated(4, noise=0.1), rated(4, noise=1.5)
    found = against_best({"bad": bad, "good": good, "same": good}, PARAMS)
    assert [*found] == ["good", "same", "bad"]
    assert (found["same"].difference, found["same"].p) == (0, 1)
    assert found["bad"].difference == pytest.approx(mean_concordance(good) - mean_concordance(bad))
    assert found["bad"].p < 0.05
    assert found["bad"].interval.low > 0
