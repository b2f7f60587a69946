"""Support vector regression with an RBF kernel, for each dimension by itself; its C chosen by speaker."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.dimensions.held_out import Fitted, Values, choose

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from sklearn.pipeline import Pipeline

    from ser_tasks.models.dimensions.regressor import RatedExamples
    from ser_tasks.params import SvrParams


class SupportVectorRegressor:
    """Standardised features, an RBF kernel; cost grows with the square of the utterances.

    Predictions have mean and standard deviation of the ratings, as measured on speakers set aside.

    Source: Smola & Schoelkopf (2004), doi:10.1023/B:STCO.0000035301.49549.88
    """

    def __init__(self, params: SvrParams, *, seed: int) -> None:
        self.params, self.seed = params, seed

    def fit(self, train: RatedExamples) -> Mapping[str, Any]:
        """Choose C of each dimension by CCC on speakers set aside, then fit to all."""
        self.chosen = choose(
            self._fitted, train, sorted(self.params.c), n_folds=self.params.inner_folds, seed=self.seed
        )
        self.kernels = [
            self._kernel(train.of_dimension(place), value) for place, value in enumerate(self.chosen.values)
        ]
        return {"c": list(self.chosen.values), "inner_ccc": list(self.chosen.ccc)}

    def predict(self, features: NDArray[np.float32]) -> Values:
        """Shape (n_utterances, n_dimensions)."""
        return self.chosen.matched(np.hstack([_scores(kernel, features) for kernel in self.kernels]))

    def half_widths(self) -> Values:
        """Shape (n_dimensions,)."""
        return self.chosen.half_widths

    def _fitted(self, train: RatedExamples, c: float) -> Fitted:
        return partial(_scores, self._kernel(train, c))

    def _kernel(self, train: RatedExamples, c: float) -> Pipeline:
        from sklearn.multioutput import MultiOutputRegressor  # noqa: PLC0415  seconds, and no other model needs it
        from sklearn.pipeline import make_pipeline  # noqa: PLC0415
        from sklearn.preprocessing import StandardScaler  # noqa: PLC0415
        from sklearn.svm import SVR  # noqa: PLC0415

        kernel = SVR(C=c, gamma=self.params.gamma, epsilon=self.params.epsilon)
        return make_pipeline(StandardScaler(), MultiOutputRegressor(kernel)).fit(train.features, train.ratings)


def _scores(kernel: Pipeline, features: NDArray[np.float32]) -> Values:
    return np.asarray(kernel.predict(features))
