"""Ridge regression on standardised features: linear, for each dimension by itself; its penalty chosen by speaker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.dimensions.held_out import Fitted, Values, choose

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.dimensions.regressor import RatedExamples
    from ser_tasks.params import RidgeParams


class RidgeRegressor:
    """One plane for each dimension, least squares with an L2 penalty.

    Predictions have mean and standard deviation of the ratings, as measured on speakers set aside.

    Source: Hoerl & Kennard (1970), doi:10.1080/00401706.1970.10488634
    """

    def __init__(self, params: RidgeParams, *, seed: int) -> None:
        self.params, self.seed = params, seed

    def fit(self, train: RatedExamples) -> Mapping[str, Any]:
        """Choose the penalty of each dimension by CCC on speakers set aside, then fit to all."""
        penalties = sorted(self.params.alpha, reverse=True)
        self.chosen = choose(_fitted, train, penalties, n_folds=self.params.inner_folds, seed=self.seed)
        self.planes = _fitted(train, np.array(self.chosen.values))
        return {"alpha": list(self.chosen.values), "inner_ccc": list(self.chosen.ccc)}

    def predict(self, features: NDArray[np.float32]) -> Values:
        """Shape (n_utterances, n_dimensions)."""
        return self.chosen.matched(self.planes(features))

    def half_widths(self) -> Values:
        """Shape (n_dimensions,)."""
        return self.chosen.half_widths


def _fitted(train: RatedExamples, alpha: float | Values) -> Fitted:
    from sklearn.linear_model import Ridge  # noqa: PLC0415  seconds, and no other model needs it
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    planes = make_pipeline(StandardScaler(), Ridge(alpha=alpha)).fit(train.features.astype(np.float64), train.ratings)
    return lambda features: np.asarray(planes.predict(features.astype(np.float64))).reshape(len(features), -1)
