"""Ridge regression on standardised features: linear, for each dimension by itself; its penalty chosen by speaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.stored_rows import StoredRows
from ser_tasks.models.dimensions.held_out import Chosen, Values, best_of, choose, inner_parts
from ser_tasks.models.dimensions.normal_equations import Shift, Standardised, standardised, sums_of

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.dimensions.regressor import RatedExamples
    from ser_tasks.params import RidgeParams


@dataclass(frozen=True)
class Planes:
    """Scores of utterances: intercept + coef . (features - mean) / scale, for each dimension.

    Attributes:
        mean, scale: of each feature in the training set, shape (n_features,)
        coef: shape (n_dimensions, n_features)
        intercept: shape (n_dimensions,)
    """

    mean: Values
    scale: Values
    coef: Values
    intercept: Values

    def __call__(self, features: NDArray[np.float32] | StoredRows) -> Values:
        """(n_utterances, n_features) -> (n_utterances, n_dimensions)."""
        if isinstance(features, StoredRows):
            return np.concatenate([self(block) for block in features.blocks()])
        z = (features.astype(np.float64) - self.mean) / self.scale
        return np.asarray(z @ self.coef.T + self.intercept)


class RidgeRegressor:
    """One plane for each dimension, least squares with an L2 penalty.

    Predictions have mean and standard deviation of the ratings, as measured on speakers set aside. Features that are
    left on the disk are read twice, a block at a time: memory does not grow with their number.

    Source: Hoerl & Kennard (1970), doi:10.1080/00401706.1970.10488634
    """

    def __init__(self, params: RidgeParams, *, seed: int) -> None:
        self.params, self.seed = params, seed

    def fit(self, train: RatedExamples) -> Mapping[str, Any]:
        """Choose the penalty of each dimension by CCC on speakers set aside, then fit to all."""
        penalties = sorted(self.params.alpha, reverse=True)
        if isinstance(train.features, StoredRows):
            self.chosen, self.planes = _from_sums(train, penalties, n_folds=self.params.inner_folds, seed=self.seed)
        else:
            self.chosen = choose(_fitted, train, penalties, n_folds=self.params.inner_folds, seed=self.seed)
            self.planes = _fitted(train, np.array(self.chosen.values))
        return {"alpha": list(self.chosen.values), "inner_ccc": list(self.chosen.ccc)}

    def predict(self, features: NDArray[np.float32] | StoredRows) -> Values:
        """Shape (n_utterances, n_dimensions)."""
        return self.chosen.matched(self.planes(features))

    def half_widths(self) -> Values:
        """Shape (n_dimensions,)."""
        return self.chosen.half_widths


def _fitted(train: RatedExamples, alpha: float | Values) -> Planes:
    from sklearn.linear_model import Ridge  # noqa: PLC0415  seconds, and no other model needs it
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    scaler, ridge = StandardScaler(), Ridge(alpha=alpha)
    ridge.fit(scaler.fit_transform(train.features.astype(np.float64)), train.ratings)
    return Planes(scaler.mean_, scaler.scale_, np.atleast_2d(ridge.coef_), np.atleast_1d(ridge.intercept_))


def _from_sums(train: RatedExamples, penalties: list[float], *, n_folds: int, seed: int) -> tuple[Chosen, Planes]:
    """What `choose` and `_fitted` find, from sums over each inner part: a part is set aside by leaving its sums out."""
    parts = inner_parts(train.speakers, n_folds=n_folds, seed=seed)
    first = next(train.features.blocks())
    shift = Shift(first.mean(axis=0, dtype=np.float64), train.ratings.mean(axis=0))
    sums = [sums_of(train.features[asked].blocks(), train.ratings[asked], shift) for _, asked in parts]
    whole = reduce(add, sums)
    scores = np.zeros((len(penalties), *train.ratings.shape))
    for (_, asked), own in zip(parts, sums, strict=True):
        equations = standardised(whole - own, shift)
        planes = [_planes(equations, [penalty] * train.ratings.shape[1]) for penalty in penalties]
        done = 0
        for block in train.features[asked].blocks():
            scores[:, asked[done : done + len(block)]] = [plane(block) for plane in planes]
            done += len(block)
    chosen = best_of(scores, train.ratings, penalties)
    return chosen, _planes(standardised(whole, shift), chosen.values)


def _planes(equations: Standardised, penalties: Sequence[float]) -> Planes:
    return Planes(equations.mean, equations.scale, equations.coefficients(penalties), equations.intercept)
