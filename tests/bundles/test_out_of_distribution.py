"""How far a recording is from the training set, held against the covariance of probabilistic PCA written out."""

import numpy as np
import pytest

from ser_tasks.bundles.out_of_distribution import fit_detector

N_COMPONENTS = 3


def covariance(z):
    """Tipping & Bishop (1999), equations 7 and 8: the first components, and the mean of all other variances."""
    variances, directions = np.linalg.eigh(np.cov(z.T))
    order = np.argsort(variances)[::-1]
    kept, rest = order[:N_COMPONENTS], order[N_COMPONENTS:]
    noise = variances[rest].mean()
    axes = directions[:, kept]
    return axes @ np.diag(variances[kept] - noise) @ axes.T + noise * np.eye(z.shape[1])


@pytest.mark.parametrize("shape", [(90, 12), (20, 40)])
def test_distances_are_those_of_mahalanobis_whether_there_are_more_utterances_or_dimensions(shape):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(shape[0], 4)) @ rng.normal(size=(4, shape[1])) + 0.5 * rng.normal(size=shape) + 3
    detector = fit_detector(
        rows, ["abcd"[row % 4] for row in range(len(rows))], n_components=N_COMPONENTS, quantile=0.9
    )
    z = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    inverse = np.linalg.inv(covariance(z))
    expected = np.sqrt(np.einsum("ni,ij,nj->n", z, inverse, z))
    found = np.array([detector.unlikeness(row) for row in rows]) * detector.unit
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    assert detector.unlikeness(rows.mean(axis=0)) == pytest.approx(0)


@pytest.mark.parametrize("n_dims", [30, 1000])
def test_one_in_ten_utterances_of_new_speakers_is_beyond_one_however_many_dimensions_there_are(n_dims):
    rng = np.random.default_rng(0)
    speakers = np.repeat(np.arange(60), 10)
    voices, clips = rng.normal(size=(60, 6))[speakers], rng.normal(size=(600, 6))
    rows = (voices + clips) @ rng.normal(size=(6, n_dims)) + 2 * rng.normal(size=(600, n_dims))
    known = speakers < 10
    detector = fit_detector(rows[known], [str(one) for one in speakers[known]], n_components=6, quantile=0.9)
    beyond = np.mean([detector.unlikeness(row) > 1 for row in rows[~known]])
    assert beyond == pytest.approx(0.1, abs=0.06)  # 0.83 of 1000 dimensions, by scikit-learn's noise


def test_a_dimension_that_never_varies_has_no_part_in_the_noise():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 3))
    speakers = ["abcd"[row % 4] for row in range(40)]
    padded = np.hstack([rows, np.full((40, 50), 7.0)])
    own, with_constants = (fit_detector(x, speakers, n_components=2, quantile=0.9) for x in (rows, padded))
    assert with_constants.noise == pytest.approx(own.noise)


def test_with_as_many_components_as_there_can_be_the_distance_is_that_under_the_whole_covariance():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 5)) @ rng.normal(size=(5, 5))
    detector = fit_detector(rows, ["abcd"[row % 4] for row in range(50)], n_components=20, quantile=0.9)
    z = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    expected = np.sqrt(np.einsum("ni,ij,nj->n", z, np.linalg.inv(np.cov(z.T)), z))
    np.testing.assert_allclose([detector.unlikeness(row) * detector.unit for row in rows], expected, rtol=1e-6)


@pytest.mark.parametrize("n_dims", [1, 40])
def test_few_utterances_and_one_dimension_are_enough(n_dims):
    rows = np.random.default_rng(0).normal(size=(4, n_dims))
    detector = fit_detector(rows, ["a", "a", "b", "b"], n_components=20, quantile=0.9)
    assert 0 < detector.unlikeness(rows[0]) < detector.unlikeness(rows[0] + 9)


def test_features_that_follow_from_each_other_leave_distances_finite():
    rng = np.random.default_rng(0)
    for seed in range(20):  # what is left of the variance is 0, but for rounding of either sign
        rows = np.random.default_rng(seed).normal(size=(60, 2)) @ rng.normal(size=(2, 6))
        detector = fit_detector(rows, ["abcd"[row % 4] for row in range(60)], n_components=20, quantile=0.9)
        assert detector.noise > 0
        assert all(np.isfinite(detector.unlikeness(row)) for row in rows)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("rows", [np.ones((6, 3)), np.eye(2, 5)], ids=["all the same", "two utterances"])
def test_what_has_no_distances_stops_no_bundle(rows):
    fit_detector(rows, ["ab"[row % 2] for row in range(len(rows))], n_components=20, quantile=0.9)
