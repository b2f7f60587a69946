"""How far predictions on a scale agree with the ratings: the figures that a result of dimensions is stated in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.evaluation.metrics import Interval
from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, half_width, speaker_draws, standard_error

Values = NDArray[np.float64]


def concordance(truth: Values, predicted: Values) -> float:
    """Concordance correlation coefficient (CCC), -1 to 1; both of shape (n_utterances,). 0 where neither varies.

    2 s_tp / (s_t^2 + s_p^2 + (mean_t - mean_p)^2), with the population's variances: 1 only where every prediction is
    the rating itself.

    Source: Lin (1989), doi:10.2307/2532051
    """
    return float(_concordance(_moments(truth, predicted).sum(axis=0)))


def pearson(truth: Values, predicted: Values) -> float:
    """Correlation of both, shape (n_utterances,); 0 where one of them does not vary."""
    if truth.std() == 0 or predicted.std() == 0:
        return 0.0
    return float(np.corrcoef(truth, predicted)[0, 1])


def root_mean_square_error(truth: Values, predicted: Values) -> float:
    """In units of the scale."""
    return float(np.sqrt(np.mean((truth - predicted) ** 2)))


def mean_absolute_error(truth: Values, predicted: Values) -> float:
    """In units of the scale."""
    return float(np.mean(np.abs(truth - predicted)))


@dataclass(frozen=True)
class Rated:
    """Predictions of some utterances beside their ratings.

    Attributes:
        truth, predicted: shape (n_utterances, n_dimensions)
        speakers: of each utterance
    """

    truth: Values
    predicted: Values
    speakers: NDArray[np.str_]


def mean_concordance(rated: Rated) -> float:
    """Mean of the CCC over the dimensions."""
    return float(np.mean([concordance(*pair) for pair in zip(rated.truth.T, rated.predicted.T, strict=True)]))


def drawn_concordances(rated: Rated, *, resamples: int, seed: int) -> Values:
    """CCC of every dimension over draws of whole speakers, shape (resamples, n_dimensions)."""
    per_speaker = _by_speaker(rated)
    draws = speaker_draws(len(per_speaker), resamples=resamples, seed=seed)
    return _concordance(np.einsum("rs,sdm->rdm", draws, per_speaker))


def concordance_intervals(rated: Rated, *, confidence: float, resamples: int, seed: int) -> list[Interval]:
    """Of the CCC of every dimension, then of their mean, by a bootstrap that draws whole speakers; within [-1, 1].

    One speaker says nothing.

    Source: see `ser_tasks.evaluation.speaker_bootstrap`
    """
    values = [concordance(*pair) for pair in zip(rated.truth.T, rated.predicted.T, strict=True)]
    centres = [*values, mean_concordance(rated)]
    sizes = pd.Series(rated.speakers).value_counts()
    if len(sizes) == 1:
        return [Interval(-1.0, 1.0)] * len(centres)
    drawn = drawn_concordances(rated, resamples=resamples, seed=seed)
    n = effective_speakers(sizes.to_numpy())
    halves = [
        half_width(standard_error(own, n), n, confidence) for own in np.column_stack([drawn, drawn.mean(axis=1)]).T
    ]
    return [
        Interval(max(-1.0, centre - half), min(1.0, centre + half))
        for centre, half in zip(centres, halves, strict=True)
    ]


def _by_speaker(rated: Rated) -> Values:
    """Sums of the moments of each speaker, shape (n_speakers, n_dimensions, 6)."""
    moments = _moments(rated.truth, rated.predicted)
    _, places = np.unique(rated.speakers, return_inverse=True)
    sums = np.zeros((places.max() + 1, *moments.shape[1:]))
    np.add.at(sums, places, moments)
    return sums


def _moments(truth: Values, predicted: Values) -> Values:
    """What the CCC of any set of utterances follows from by sums, shape (..., 6); about 3, the middle of the scale."""
    t, p = np.asarray(truth, np.float64) - 3, np.asarray(predicted, np.float64) - 3
    return np.stack([np.ones_like(t), t, p, t * t, p * p, t * p], axis=-1)


def _concordance(sums: Values) -> Values:
    """CCC of sums of moments, (..., 6) -> (...)."""
    n, *others = np.moveaxis(sums, -1, 0)
    t, p, tt, pp, tp = (value / n for value in others)
    spread = (tt - t * t) + (pp - p * p) + (t - p) ** 2
    return np.asarray(np.where(spread > 1e-12, 2 * (tp - t * p) / np.maximum(spread, 1e-12), 0.0))
