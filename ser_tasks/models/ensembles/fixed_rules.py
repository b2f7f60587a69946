"""Rules with nothing to fit: the most confident member, and the average."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ser_tasks.models.ensembles.ensemble import Posteriors, Present
from ser_tasks.models.ensembles.members import floored_logs


class NothingFitted:
    """What such rules have in common."""

    def chosen(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        """Nothing."""
        return {}

    def state(self) -> dict[str, Any]:
        """Nothing: the name of the rule is all."""
        return {}


class MaximumConfidence(NothingFitted):
    """For each utterance the posteriors of the most confident member; the first named one of equals.

    Source: PiotrSobczak/speech-emotion-recognition, decision fusion by the branch with the larger maximum
    """

    def combine(self, posteriors: Posteriors, present: Present) -> Posteriors:
        """See `Combiner`."""
        surest = posteriors.max(axis=2).argmax(axis=0)
        return np.asarray(posteriors[surest, np.arange(posteriors.shape[1])])


@dataclass(frozen=True)
class Average(NothingFitted):
    """The mean of the members' posteriors, or of their logarithms (then scaled to sum to 1).

    Source: Kittler et al. (1998), doi:10.1109/34.667881, sum and product rule; Sobczak has the geometric one
    """

    mean: Literal["arithmetic", "geometric"]

    def combine(self, posteriors: Posteriors, present: Present) -> Posteriors:
        """See `Combiner`."""
        shares = present / present.sum(axis=0)
        if self.mean == "arithmetic":
            return np.asarray(np.einsum("mu,muc->uc", shares, posteriors))
        from scipy.special import softmax  # noqa: PLC0415  only this rule needs it

        return np.asarray(softmax(np.einsum("mu,muc->uc", shares, floored_logs(posteriors)), axis=1))
