"""The figures of answers against votes, with intervals by a bootstrap that draws whole speakers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.evaluation.metrics import Interval
from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, half_width, speaker_draws, standard_error

if TYPE_CHECKING:
    from ser_tasks.evaluation.votes.answers import Answers
    from ser_tasks.params import EvaluationParams


@dataclass(frozen=True)
class VoteScores:
    """Figures over all utterances: distances in nats, the others between 0 and 1.

    Attributes:
        kl: mean of KL(votes || answer); cross-entropy less the entropy of the votes
        cross_entropy: mean over utterances and their raters
        jensen_shannon: mean; None where no distribution is answered
        accuracy: share of utterances whose majority is answered
        uar: mean of that over the classes that are the majority of some
        agreed: share of raters who gave the class answered
    """

    kl: float
    kl_interval: Interval
    cross_entropy: float
    jensen_shannon: float | None
    accuracy: float
    uar: float
    uar_interval: Interval
    agreed: float


def score_votes(answers: Answers, speakers: NDArray[np.str_], params: EvaluationParams) -> VoteScores:
    """Figures of answers, each utterance counting once.

    Args:
        answers: of n utterances
        speakers: of each, shape (n,)
        params: how the interval is stated
    """
    distance = answers.distance
    names, place = np.unique(speakers, return_inverse=True)
    sizes = np.bincount(place)
    sums = np.bincount(place, weights=distance)
    hits = np.zeros((len(names), *answers.hits.shape[1:]))
    np.add.at(hits, place, answers.hits)
    kl, whole = float(distance.mean()), hits.sum(axis=0)
    uar = float(uar_of_shares(whole))
    kl_interval, uar_interval = Interval(0.0, np.inf), Interval(0.0, 1.0)
    if len(names) > 1:  # one speaker says nothing
        draws = speaker_draws(len(names), resamples=params.bootstrap_resamples, seed=params.seed)
        n = effective_speakers(sizes)
        kl_interval = _interval(kl, draws @ sums / (draws @ sizes), n, params, highest=np.inf)
        drawn = uar_of_shares(np.einsum("rs,sij->rij", draws, hits))
        uar_interval = _interval(uar, drawn, n, params, highest=1.0)
    return VoteScores(
        kl=kl,
        kl_interval=kl_interval,
        cross_entropy=float(answers.cross_entropy.mean()),
        jensen_shannon=None if answers.jensen_shannon is None else float(answers.jensen_shannon.mean()),
        accuracy=float(np.trace(whole) / whole.sum()),
        uar=uar,
        uar_interval=uar_interval,
        agreed=float(answers.agreed.mean()),
    )


def uar_of_shares(hits: NDArray[np.float64]) -> NDArray[np.float64]:
    """UAR from shares of utterances, shape (...): the mean recall over the classes that have a share of the truth.

    That of `ser_tasks.evaluation.metrics` is of counts: there a class has one utterance at least, or none.

    Args:
        hits: shape (..., n_classes, n_classes), rows the truth
    """
    support, found = hits.sum(axis=-1), np.diagonal(hits, axis1=-2, axis2=-1)
    present = support > 0
    recall = np.divide(found, support, out=np.zeros_like(support), where=present)
    return np.asarray(recall.sum(axis=-1) / np.maximum(present.sum(axis=-1), 1))


def _interval(
    centre: float, drawn: NDArray[np.float64], speakers: float, params: EvaluationParams, *, highest: float
) -> Interval:
    half = half_width(standard_error(drawn, speakers), speakers, params.confidence)
    return Interval(max(0.0, centre - half), min(highest, centre + half))
