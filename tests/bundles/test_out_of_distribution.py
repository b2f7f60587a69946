"""How far a recording is from the training set, held against the covariance of probabilistic PCA written out."""

import numpy as np
import pytest

from ser_tasks.bundles.out_of_distribution import fit_detector

N_COMPONENTS = 3


def covariance(z):
    """Tipping & Bishop (1999), equations 7 and 8: the first components, and the mean of the other variances."""
    variances, directions = np.linalg.eigh(np.cov(z.T))
    order = np.argsort(variances)[::-1]
    kept, rest = order[:N_COMPONENTS], order[N_COMPONENTS : min(z.shape)]
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
