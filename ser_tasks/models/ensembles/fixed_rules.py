"""Ensembles with nothing to fit: the surest member, and the average."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import softmax

from ser_tasks.models.ensembles.ensemble import Ensemble
from ser_tasks.models.ensembles.members import Members, side_by_side


def maximum_confidence(tables: Mapping[str, pd.DataFrame]) -> Ensemble:
    """For each utterance the posteriors of the most confident member; the first named one of equals.

    Source: PiotrSobczak/speech-emotion-recognition, decision fusion by the branch with the larger maximum
    """
    members = side_by_side(tables)
    surest = members.posteriors.max(axis=2).argmax(axis=0)
    return _ensemble(members, members.posteriors[surest, np.arange(len(members.keys))])


def average(tables: Mapping[str, pd.DataFrame], *, mean: Literal["arithmetic", "geometric"]) -> Ensemble:
    """The mean of the members' posteriors, or of their logarithms (then scaled to sum to 1).

    Source: Kittler et al. (1998), doi:10.1109/34.667881, sum and product rule; Sobczak has the geometric one
    """
    members = side_by_side(tables)
    shares = members.present / members.present.sum(axis=0)
    if mean == "arithmetic":
        return _ensemble(members, np.einsum("mu,muc->uc", shares, members.posteriors))
    return _ensemble(members, np.asarray(softmax(np.einsum("mu,muc->uc", shares, members.logs), axis=1)))


def _ensemble(members: Members, posteriors: np.ndarray) -> Ensemble:
    return Ensemble(members.table(posteriors), members.answered(), {})
