"""How far an utterance is from the training set: Mahalanobis distance under a Gaussian of training utterances."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = "training_cloud.npz"
N_FOLDS = 5
LIKENESS = 10_000  # utterances that it is fitted to, of a corpus whose features are left on the disk

Array = NDArray[np.float64]


def describe(features: NDArray[np.float32]) -> Array:
    """Description of an utterance, one vector: its only row, or the mean and the standard deviation of its frames.

    Args:
        features: shape (n_frames, n_dims)

    Returns:
        shape (n_dims,) or (2 n_dims,)
    """
    frames = np.asarray(features, np.float64)
    return frames[0] if len(frames) == 1 else np.concatenate([frames.mean(axis=0), frames.std(axis=0)])


@dataclass(frozen=True)
class OutOfDistributionDetector:
    """Probabilistic PCA of standardised descriptions.

    Attributes:
        mean, scale: of each dimension, shape (n_dims,); a scale of 0 leaves the dimension out
        components: shape (n_components, n_dims)
        variances: along the components, shape (n_components,)
        noise: variance along every other direction
        unit: distance that is called 1
    """

    mean: Array
    scale: Array
    components: Array
    variances: Array
    noise: float
    unit: float

    def unlikeness(self, description: Array) -> float:
        """Mahalanobis distance over `unit`, the distance that few utterances of unseen training speakers exceed."""
        return float(self._distances(description[None])[0] / self.unit)

    def _distances(self, descriptions: Array) -> Array:
        """Mahalanobis distance under the model, (n_utterances, n_dims) -> (n_utterances,)."""
        z = np.divide(descriptions - self.mean, self.scale, out=np.zeros(descriptions.shape), where=self.scale > 0)
        along = z @ self.components.T
        across = np.maximum((z**2).sum(axis=1) - (along**2).sum(axis=1), 0)
        distances: Array = np.sqrt((along**2 / self.variances).sum(axis=1) + across / self.noise)
        return distances

    def save(self, folder: Path) -> None:
        """Write the arrays; nothing in the file is a pickle."""
        arrays = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        np.savez(folder / FILE, **arrays)  # type: ignore[arg-type]  # the stub knows no **


def load_detector(folder: Path) -> OutOfDistributionDetector:
    """The detector that `save` wrote."""
    with np.load(folder / FILE, allow_pickle=False) as kept:
        arrays: dict[str, Any] = {field.name: kept[field.name] for field in fields(OutOfDistributionDetector)}
    return OutOfDistributionDetector(**arrays | {name: float(arrays[name]) for name in ("noise", "unit")})


def fit_detector(
    descriptions: Array, speakers: Sequence[str], *, n_components: int, quantile: float
) -> OutOfDistributionDetector:
    """The detector of all utterances, its unit a quantile of the distances of utterances of unseen speakers.

    Args:
        descriptions: shape (n_utterances, n_dims)
        speakers: one for each utterance; at least two different ones
        n_components: of the PCA, at most
        quantile: 0.99: one in a hundred utterances of a new speaker lies beyond 1

    Source: Tipping & Bishop (1999), doi:10.1111/1467-9868.00196
    """
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415  as below: prediction does not need it

    splitter = GroupKFold(min(N_FOLDS, len(set(speakers))))
    held_out = np.empty(len(descriptions))
    for training, check in splitter.split(descriptions, groups=np.asarray(speakers)):
        held_out[check] = _fitted(descriptions[training], n_components)._distances(descriptions[check])
    return _fitted(descriptions, n_components, unit=float(np.quantile(held_out, quantile)))


def _fitted(descriptions: Array, n_components: int, *, unit: float = 1.0) -> OutOfDistributionDetector:
    """The model of some utterances.

    The noise is the mean of the other variances over **all** other directions (equation 8 of the paper). PCA's own
    `noise_variance_` (scikit-learn 1.9.1) is the mean over those alone that so few utterances can tell apart: it falls
    with their number, and distances under folds of them are not those under all of them.
    """
    from sklearn.decomposition import PCA  # noqa: PLC0415

    mean, spread = descriptions.mean(axis=0), descriptions.std(axis=0)
    scale = np.where(spread > 1e-9, spread, 0.0)
    z = np.divide(descriptions - mean, scale, out=np.zeros(descriptions.shape), where=scale > 0)
    solver = "covariance_eigh" if len(z) >= z.shape[1] else "full"  # of many utterances, without their own vectors
    n_dims = int(np.count_nonzero(scale))
    n_kept = max(min(n_components, len(z) - 2, n_dims - 1), 0)  # some variance is left for the noise
    pca = PCA(n_kept, svd_solver=solver).fit(z)
    total = float(z.var(axis=0, ddof=1).sum())
    rest = max(total - float(pca.explained_variance_.sum()), sys.float_info.epsilon * total)  # dependent features: 0
    noise = rest / max(n_dims - n_kept, 1)
    variances = np.maximum(pca.explained_variance_, noise)  # along dependent features they are 0, too
    return OutOfDistributionDetector(mean, scale, pca.components_, variances, noise, unit)
