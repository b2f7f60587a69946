"""What degraded recordings cost against the votes of raters: the distance of the posteriors from their distribution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ser_tasks.evaluation.robustness.losses import with_holm
from ser_tasks.evaluation.votes.answers import of_other_speakers, of_posteriors
from ser_tasks.evaluation.votes.comparison import distance_difference, of_table
from ser_tasks.evaluation.votes.scoring import score_votes

if TYPE_CHECKING:
    import pandas as pd

    from ser_tasks.evaluation.votes.answers import Answers
    from ser_tasks.evaluation.votes.comparison import Speakers
    from ser_tasks.params import EvaluationParams


def vote_losses(
    tables: Mapping[str, pd.DataFrame], counts: pd.DataFrame, speakers: Mapping[str, str], params: EvaluationParams
) -> dict[str, dict[str, Any]]:
    """KL(votes || posterior) under each condition, in nats, and its difference from that on the clean recordings.

    Args:
        tables: prediction tables of each condition by name, the clean one under ""
        counts: of the votes on the utterances that count, by utterance id; a column for each class
        speakers: utterance id -> speaker
        params: section evaluation, of intervals and of the paired test by speaker

    Returns:
        by name: `kl` with its interval (no ends where it is of one speaker alone); of a condition also
        `kl_difference`, with interval, p value, and the same adjusted for all conditions together; of the clean
        recordings `kl_utterances`, of how many it is, and `kl_of_the_prior`, which the mean votes on other speakers
        have, whatever the sound (None: of one speaker alone)
    """
    answered = {name: of_table(table, counts, speakers) for name, table in tables.items()}
    clean = answered.pop("")
    found = with_holm(_loss(own, clean, params) for own in answered.values())
    for own in found:
        own["kl_difference"] = own.pop("difference")  # that of UAR stands beside it
    voices = np.array([speakers[name] for name in counts.index])
    prior = of_posteriors(counts.to_numpy(), of_other_speakers(counts.to_numpy(), voices)).distance.mean()
    known = round(float(prior), 4) if len(set(voices)) > 1 else None
    stated = _distance(*clean, params) | {"kl_utterances": len(counts), "kl_of_the_prior": known}
    return {"": stated, **dict(zip(answered, found, strict=True))}


def _loss(
    own: tuple[Answers, Speakers], clean: tuple[Answers, Speakers], params: EvaluationParams
) -> tuple[dict[str, Any], float]:
    """The figures, and the p value of the difference with all its digits."""
    degraded, before = ((answers.distance, whose) for answers, whose in (own, clean))
    test = distance_difference(degraded, before, params)
    return _distance(*own, params) | {"difference": test.figures()}, test.p


def _distance(own: Answers, whose: Speakers, params: EvaluationParams) -> dict[str, Any]:
    scores = score_votes(own, whose, params)
    ends, known = {"kl_low": scores.kl_interval.low, "kl_high": scores.kl_interval.high}, len(set(whose)) > 1
    return {"kl": round(scores.kl, 4), **{key: round(end, 4) if known else None for key, end in ends.items()}}
