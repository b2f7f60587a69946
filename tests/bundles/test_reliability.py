"""Reliability of confidences, against answers worked by hand and another library."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from ser_tasks.bundles.reliability import (
    Bin,
    area_under_risk_coverage,
    confidence_and_hits,
    expected_calibration_error,
    reliability_bins,
    risk_coverage,
    unsure_threshold,
)

# five answers, by falling confidence: right, right, wrong, right, wrong
CONFIDENCE = np.array([0.5, 0.9, 0.7, 0.8, 0.6])
RIGHT = np.array([False, True, False, True, True])


def test_confidence_is_the_largest_posterior_and_right_is_where_it_stands_in_the_column_of_the_truth():
    confidence, right = confidence_and_hits(np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([1, 1]))
    np.testing.assert_array_equal(confidence, [0.8, 0.6])
    np.testing.assert_array_equal(right, [True, False])


def test_bins_of_equal_mass_hold_as_many_predictions_each_but_for_one():
    bins = reliability_bins(CONFIDENCE, RIGHT, n_bins=2)
    assert bins == [Bin(3, pytest.approx(0.6), pytest.approx(1 / 3)), Bin(2, pytest.approx(0.85), 1.0)]


def test_calibration_error_by_hand():
    # (3 |1/3 - 0.6| + 2 |1 - 0.85|) / 5
    assert expected_calibration_error(CONFIDENCE, RIGHT, n_bins=2) == pytest.approx((0.8 + 0.3) / 5)
    # a bin for each answer: |0.5| + |0.7| + 0.1 + 0.2 + 0.4, over 5
    assert expected_calibration_error(CONFIDENCE, RIGHT, n_bins=15) == pytest.approx(1.9 / 5)


def test_bins_are_those_of_scikit_learn_where_no_two_confidences_are_equal():
    rng = np.random.default_rng(0)
    confidence = rng.permutation(np.linspace(0.3, 1, 300))
    right = rng.uniform(size=300) < confidence
    accuracy, mean = calibration_curve(right, confidence, n_bins=15, strategy="quantile")
    bins = reliability_bins(confidence, right, n_bins=15)
    np.testing.assert_allclose([b.confidence for b in bins], mean)
    np.testing.assert_allclose([b.accuracy for b in bins], accuracy)


def test_confidences_that_are_the_probability_of_being_right_have_no_calibration_error_in_the_long_run():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.25, 1, size=200_000)
    right = rng.uniform(size=len(confidence)) < confidence
    assert expected_calibration_error(confidence, right, n_bins=15) < 0.005
    assert expected_calibration_error(np.sqrt(confidence), right, n_bins=15) > 0.1


def test_risk_and_coverage_by_hand():
    curve = risk_coverage(CONFIDENCE, RIGHT)
    np.testing.assert_allclose(curve.thresholds, [0.9, 0.8, 0.7, 0.6, 0.5])
    np.testing.assert_allclose(curve.coverage, [0.2, 0.4, 0.6, 0.8, 1.0])
    np.testing.assert_allclose(curve.risk, [0, 0, 1 / 3, 1 / 4, 2 / 5])


def test_equal_confidences_are_kept_or_refused_together():
    curve = risk_coverage(np.array([0.9, 0.6, 0.6, 0.4]), np.array([True, True, False, False]))
    np.testing.assert_allclose(curve.coverage, [0.25, 0.75, 1])
    np.testing.assert_allclose(curve.risk, [0, 1 / 3, 1 / 2])


def test_area_under_the_curve_by_hand():
    assert area_under_risk_coverage(CONFIDENCE, RIGHT) == pytest.approx((0 + 0 + 1 / 3 + 1 / 4 + 2 / 5) / 5)


def test_area_is_the_error_for_random_confidence_and_least_for_perfect_order():
    right = np.arange(1000) % 4 > 0
    assert area_under_risk_coverage(np.full(1000, 0.5), right) == pytest.approx(0.25)
    r = 0.25  # errors least confident: mean of max(0, 1 - (1 - r) / c) over c, in the limit r + (1 - r) ln(1 - r)
    assert area_under_risk_coverage(right.astype(float), right) == pytest.approx(r + (1 - r) * np.log(1 - r), abs=1e-3)


@pytest.mark.parametrize(
    ("error_share", "threshold"),
    [
        (1.0, (0.5, 1.0, 0.4, 0.4)),  # all errors allowed: nothing is unsure
        (0.7, (0.6, 0.8, 0.25, 0.28)),  # at 0.7 the risk was 1/3, at 0.6 it is 1/4 again
        (0.5, (0.8, 0.4, 0.0, 0.2)),
    ],
)
def test_the_threshold_is_the_lowest_that_leaves_few_enough_errors(error_share, threshold):
    found = unsure_threshold(CONFIDENCE, RIGHT, error_share=error_share, least_coverage=0.3)
    assert found == pytest.approx(threshold)


def test_where_too_few_predictions_would_be_left_the_threshold_leaves_the_fewest_errors_among_enough_of_them():
    found = unsure_threshold(CONFIDENCE, RIGHT, error_share=0.5, least_coverage=0.5)
    assert found == pytest.approx((0.6, 0.8, 0.25, 0.2))
    assert found.risk > found.target


def test_of_thresholds_with_equal_risk_the_one_is_taken_that_leaves_more_predictions():
    right = np.array([False, True, False, True])
    found = unsure_threshold(np.array([0.9, 0.8, 0.7, 0.6]), right, error_share=0.5, least_coverage=0.5)
    assert (found.confidence, found.coverage) == (0.6, 1.0)
